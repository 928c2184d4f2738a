using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Tests;

public sealed partial class ModelsTests : IDisposable
{
    private const int Success = 0, SomeFailed = 1;

    private static readonly ResNetVariant Smallest = ResNetVariant.ResNet50V1Opset12Int8;

    private static readonly string EmbeddedModelFile
        = Path.Combine(TestFolders.Repository, "src", "ResNet.Net", "Models", "resnet20-cifar10.onnx");

    private readonly TemporaryFolder _folder = new();

    private string Root => Path.Combine(_folder.FullPath, "store");

    private string ModelPath => Path.Combine(Root, Smallest.Id, Smallest.Files[0].Name);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_ShowsEveryVariant()
    {
        Place(ModelPath, bytes: 100);
        Place($"{ModelPath}.damaged", bytes: 100);
        Place($"{ModelPath}.partial", bytes: (int)(Smallest.Bytes!.Value / 4));

        ProgramRun run = await ModelsAsync("list");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().NotContain("\u001b", "redirected output has no colors").And.Contain(Root);
        foreach (ResNetVariant variant in ResNetVariant.All)
        {
            string[] cells =
            [
                .. run.Lines.Single(l => l.StartsWith($"│ {variant.Id} ", StringComparison.Ordinal))
                    .Trim('│').Split('│').Select(c => c.Trim()),
            ];
            cells.Take(6).Should().Equal(
                variant.Id,
                (variant.Bytes / 1e6)?.ToString("F1", CultureInfo.InvariantCulture) ?? "",
                variant.Opset.ToString(CultureInfo.InvariantCulture),
                variant.Precision == ModelPrecision.Fp32
                    ? "fp32"
                    : variant.QuantizationFormat == QuantizationFormat.Qdq
                    ? "int8 QDQ"
                    : "int8 QOperator",
                variant.Top1?.ToString("F2", CultureInfo.InvariantCulture) ?? "",
                variant.Top5?.ToString("F2", CultureInfo.InvariantCulture) ?? "");
            cells[6].Should().Be(variant.IsEmbedded ? "embedded" : variant == Smallest ? "not verified yet" : "");
        }

        run.Output.Should().Contain("25 % downloaded").And.Contain("damaged, quarantined");
    }

    [Fact]
    public async Task Where_ShowsTheStoreAndTheSources()
    {
        ProgramRun run = await RunAsync(
            new()
            {
                ["RESNET_NET_OFFLINE"] = "0",
                ["RESNET_NET_MIRROR"] = "https://me:secret@models.example.com",
                ["RESNET_NET_MODELS"] = _folder.FullPath,
            },
            "where");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().Equal(
            $"Store:         {Root}",
            $"Local folders: {_folder.FullPath}",
            "Sources:       mirror models.example.com, Hugging Face, GitHub");
    }

    [Fact]
    public async Task Doctor_HealthyMachine_PassesAllChecks()
    {
        ProgramRun run = await ModelsAsync("doctor");

        run.ExitCode.Should().Be(Success, run.Output);
        run.Output.Should().Contain("All checks passed.");
        run.Lines.Should().Contain(l => l.StartsWith("ok  Microsoft.ML.OnnxRuntime ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  SkiaSharp ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  provider CPU ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  store ", StringComparison.Ordinal));
        Directory.Exists(Root).Should().BeFalse("the doctor changes nothing");
        Directory.GetFileSystemEntries(_folder.FullPath).Should().BeEmpty();
    }

    [UnixFact]
    public async Task Doctor_NativeLibraryThatCannotBeLoaded_Fails()
    {
        ProcessStartInfo start = ToolProcess.Describe("models", new Dictionary<string, string> { ["RESNET_NET_HOME"] = Root }, "doctor");
        start.ArgumentList[0] = CopyTool(without: "libSkiaSharp.so");

        ProgramRun run = await ProgramRun.OfAsync(start);

        run.ExitCode.Should().Be(SomeFailed, run.Error);
        run.Lines.Should().ContainSingle(l => l.StartsWith("FAILS", StringComparison.Ordinal)).Which.Should().MatchRegex(
            "^FAILS +SkiaSharp ");
        run.Output.Should().Contain("1 check failed.");
    }

    [Fact]
    public async Task Json_HasOneObjectPerLine()
    {
        Place(ModelPath, bytes: 100);

        ProgramRun list = await ModelsAsync("list", "--json");
        ProgramRun where = await ModelsAsync("where", "--json");
        ProgramRun doctor = await ModelsAsync("doctor", "--json");
        ProgramRun verify = await ModelsAsync("verify", "--json");
        ProgramRun remove = await ModelsAsync("remove", Smallest.Id, "resnet18-v1-7", "--json");

        JsonElement[] variants = Parse(list);
        variants.Select(v => v.GetProperty("id").GetString()).Should().Equal(ResNetVariant.All.Select(v => v.Id));
        variants.Single(v => v.GetProperty("id").GetString() == Smallest.Id).GetProperty("stored")[0].GetProperty("path").GetString()
            .Should().Be(ModelPath);
        Parse(where).Single().GetProperty("store").GetString().Should().Be(Root);
        Parse(doctor)
            .Should().Contain(c => c.GetProperty("subject").GetString() == Smallest.Id && c.GetProperty("result").GetString() == "failed");
        doctor.ExitCode.Should().Be(SomeFailed);
        Parse(verify).Single().GetProperty("result").GetString().Should().Be("failed");
        verify.ExitCode.Should().Be(SomeFailed);
        Parse(remove).Select(r => r.GetProperty("id").GetString()).Should().Equal(Smallest.Id, "resnet18-v1-7");
    }

    [Fact]
    public async Task Doctor_StoreThatIsNotWritable_FailsUnlessOffline()
    {
        string file = _folder.Write("file", "x");

        ProgramRun online = await RunAsync(new() { ["RESNET_NET_OFFLINE"] = "0" }, "doctor", "--root", Path.Combine(file, "store"));
        ProgramRun offline = await ModelsAsync("doctor", "--root", Path.Combine(file, "store"));

        online.ExitCode.Should().Be(SomeFailed);
        online.Lines.Should().ContainSingle(l => l.StartsWith("FAILS", StringComparison.Ordinal)).Which.Should().MatchRegex(
            "^FAILS +store ");
        offline.ExitCode.Should().Be(Success, offline.Output);
    }

    [Fact]
    public async Task Doctor_WrongFileOrMissingFolder_Fails()
    {
        Place(ModelPath, bytes: 100);

        ProgramRun run = await RunAsync(new() { ["RESNET_NET_MODELS"] = Path.Combine(_folder.FullPath, "none") }, "doctor");

        run.ExitCode.Should().Be(SomeFailed);
        run.Lines.Where(l => l.StartsWith("FAILS", StringComparison.Ordinal)).Should().HaveCount(2)
            .And.Contain(l => l.Contains(Smallest.Id, StringComparison.Ordinal) && l.Contains("content is wrong", StringComparison.Ordinal))
            .And.Contain(l => l.Contains("local folder", StringComparison.Ordinal));
        File.Exists(ModelPath).Should().BeTrue("the doctor changes nothing");
    }

    [Fact]
    public async Task Pull_WrongContent_FailsWithBothHashesAndKeepsNothing()
    {
        byte[] wrong = new byte[Smallest.Bytes!.Value];
        await using TestServer server = await TestServer.StartAsync(wrong);

        ProgramRun run = await PullAsync(server, Smallest.Id);

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().ContainAll(
            server.Address,
            Smallest.Files[0].Sha256!,
            "instead of",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wrong))).And.NotContain(
            "   at ");
        File.Exists(ModelPath).Should().BeFalse();
    }

    [Fact]
    public async Task Pull_SeveralThatFail_TriesEach()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });

        ProgramRun run = await PullAsync(server, "all");

        run.ExitCode.Should().Be(SomeFailed);
        server.Requests.Select(r => r.Path)
            .Should().Equal(
                ResNetVariant.All.Where(v => v.TestData is not null).Select(v => $"/{v.Files[0].Name}")
                    .Append("/resnet50-caffe2/init_net.pb"));
        run.Error.Should().Contain("does not have the file");
    }

    [Fact]
    public async Task Pull_Offline_NamesTheRemedy()
    {
        ProgramRun run = await ModelsAsync("pull", Smallest.Id);

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain("RESNET_NET_OFFLINE").And.Contain("RESNET_NET_MODELS");
    }

    [Fact]
    public async Task Verify_DamagedFile_FailsAndQuarantinesIt()
    {
        Place(ModelPath, bytes: (int)Smallest.Bytes!.Value);

        ProgramRun run = await ModelsAsync("verify");
        ProgramRun again = await ModelsAsync("verify");

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain($"{ModelPath}.damaged");
        File.Exists(ModelPath).Should().BeFalse();
        again.ExitCode.Should().Be(Success);
        again.Output.Should().Contain("nothing to verify");
    }

    [Fact]
    public async Task Remove_DeletesStoredFiles()
    {
        Place(ModelPath, bytes: 100);

        ProgramRun run = await ModelsAsync("remove", Smallest.Id, "resnet18-v1-7");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().Equal($"{Smallest.Id}: removed", "resnet18-v1-7: not in the store");
        File.Exists(ModelPath).Should().BeFalse();
    }

    [Fact]
    public async Task Import_WrongFile_NamesTheReason()
    {
        string pointer = _folder.Write(Smallest.Files[0].Name, "version https://git-lfs.github.com/spec/v1\n");

        ProgramRun run = await ModelsAsync("import", pointer, Path.Combine(_folder.FullPath, "none"));

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain("Git LFS pointer").And.Contain("is neither a file nor a folder");
        run.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("pull resnet51", "'resnet51'")]
    [InlineData("pull resnet20-cifar10", "embedded")]
    [InlineData("pull", "pull")]
    [InlineData("fetch", "'fetch'")]
    [InlineData("where --mirror ftp://x", "'ftp://x'")]
    [InlineData("verify resnet20-cifar10", "embedded")]
    [InlineData("verify resnet20-cifar10 --golden", "No test data")]
    [InlineData("verify resnet18-v1-7 --archive x", "--golden")]
    [InlineData("verify --golden --archive x", "one model ID")]
    [InlineData("verify resnet18-v1-7 resnet34-v1-7 --golden --archive x", "one model ID")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await ModelsAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    [Fact]
    public async Task InvalidVariable_IsNamed()
    {
        ProgramRun run = await RunAsync(new() { ["RESNET_NET_OFFLINE"] = "perhaps" }, "list");

        run.ShouldBeUnusable().Should().Contain("RESNET_NET_OFFLINE").And.Contain("perhaps");
    }

    /// <summary>
    /// Test data of the embedded model: its outputs without graph optimizations, one of them changed by a part of the largest.
    /// </summary>
    private static JsonElement[] Parse(ProgramRun run) => [.. run.Lines.Select(l => JsonDocument.Parse(l).RootElement)];

    /// <summary>Copies the tool, with a damaged native library; returns the path of its dll.</summary>
    private string CopyTool(string without)
    {
        string source = Path.GetDirectoryName(ToolProcess.Describe("", new Dictionary<string, string>()).ArgumentList[0])!;
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = _folder[["tool", .. Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar)]];
            if (Path.GetFileName(file) == without)
            {
                File.WriteAllText(copy, "not a library");
            }
            else if (file.Contains($"{Path.DirectorySeparatorChar}native{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(copy, file);
            }
            else
            {
                File.Copy(file, copy);
            }
        }

        return _folder["tool", "resnet.dll"];
    }

    private static void Place(string path, int bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[bytes]);
    }

    private Task<ProgramRun> PullAsync(TestServer server, string ids)
        => RunAsync(new() { ["RESNET_NET_OFFLINE"] = "0" }, "pull", ids, "--mirror", server.Address);

    private Task<ProgramRun> ModelsAsync(params string[] arguments) => RunAsync([], arguments);

    private Task<ProgramRun> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        environment["RESNET_NET_HOME"] = Root;
        return ToolProcess.RunAsync("models", environment, arguments);
    }
}
