using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Models;
using ResNet.Net.Onnx;

namespace ResNet.Net.Samples.Tests;

public sealed class ModelsTests : IDisposable
{
    private const int Success = 0, SomeFailed = 1;

    private static readonly ResNetVariant Smallest = ResNetVariant.ResNet50V1Opset12Int8;

    private readonly TemporaryFolder _folder = new();

    private string Root => Path.Combine(_folder.FullPath, "store");

    private string ModelPath => Path.Combine(Root, Smallest.Id, Smallest.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_ShowsEveryVariantWithItsFacts()
    {
        Place(ModelPath, bytes: 100);
        Place($"{ModelPath}.damaged", bytes: 100);
        Place($"{ModelPath}.partial", bytes: (int)(Smallest.Bytes / 4));

        ProgramRun run = await ModelsAsync("list");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().NotContain("\u001b", "redirected output has no colours").And.Contain(Root);
        foreach (ResNetVariant variant in ResNetVariant.All)
        {
            string[] cells = [.. run.Lines.Single(l => l.StartsWith($"│ {variant.Id} ", StringComparison.Ordinal)).Trim('│').Split('│').Select(c => c.Trim())];
            cells.Take(6).Should().Equal(
                variant.Id,
                (variant.Bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture),
                variant.Opset.ToString(CultureInfo.InvariantCulture),
                variant.Precision == ModelPrecision.Fp32 ? "fp32" : variant.QuantizationFormat == QuantizationFormat.Qdq ? "int8 QDQ" : "int8 QOperator",
                variant.Top1.ToString("F2", CultureInfo.InvariantCulture),
                variant.Top5?.ToString("F2", CultureInfo.InvariantCulture) ?? "");
            cells[6].Should().Be(variant.IsEmbedded ? "embedded" : variant == Smallest ? "not verified yet" : "");
        }

        run.Output.Should().Contain("25 % downloaded").And.Contain("damaged, set aside");
    }

    [Fact]
    public async Task Where_SaysWhereAndFromWhere()
    {
        ProgramRun run = await RunAsync(new() { ["RESNET_NET_OFFLINE"] = "0", ["RESNET_NET_MIRROR"] = "https://me:secret@models.example.com", ["RESNET_NET_MODELS"] = _folder.FullPath }, "where");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().Equal($"Store:         {Root}", $"Local folders: {_folder.FullPath}", "Sources:       mirror models.example.com, Hugging Face, GitHub");
    }

    [Fact]
    public async Task Doctor_HealthyMachine_SaysSo()
    {
        ProgramRun run = await ModelsAsync("doctor");

        run.ExitCode.Should().Be(Success, run.Output);
        run.Output.Should().Contain("Nothing here would fail later.");
        run.Lines.Should().Contain(l => l.StartsWith("ok  Microsoft.ML.OnnxRuntime ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  SkiaSharp ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  provider CPU ", StringComparison.Ordinal))
            .And.Contain(l => l.StartsWith("ok  store ", StringComparison.Ordinal));
        Directory.Exists(Root).Should().BeFalse("a doctor does not operate");
        Directory.GetFileSystemEntries(_folder.FullPath).Should().BeEmpty();
    }

    [Fact]
    public async Task Doctor_StoreThatCannotBeWritten_FailsUnlessOffline()
    {
        string file = _folder.Write("file", "x");

        ProgramRun online = await RunAsync(new() { ["RESNET_NET_OFFLINE"] = "0" }, "doctor", "--root", Path.Combine(file, "store"));
        ProgramRun offline = await ModelsAsync("doctor", "--root", Path.Combine(file, "store"));

        online.ExitCode.Should().Be(SomeFailed);
        online.Lines.Should().ContainSingle(l => l.StartsWith("FAILS", StringComparison.Ordinal)).Which.Should().MatchRegex("^FAILS +store ");
        offline.ExitCode.Should().Be(Success, offline.Output);
    }

    [Fact]
    public async Task Doctor_WrongFileOrMissingFolder_Fails()
    {
        Place(ModelPath, bytes: 100);

        ProgramRun run = await RunAsync(new() { ["RESNET_NET_MODELS"] = Path.Combine(_folder.FullPath, "none") }, "doctor");

        run.ExitCode.Should().Be(SomeFailed);
        run.Lines.Where(l => l.StartsWith("FAILS", StringComparison.Ordinal)).Should().HaveCount(2)
            .And.Contain(l => l.Contains(Smallest.Id, StringComparison.Ordinal) && l.Contains("bytes are wrong", StringComparison.Ordinal))
            .And.Contain(l => l.Contains("local folder", StringComparison.Ordinal));
        File.Exists(ModelPath).Should().BeTrue("a doctor does not operate");
    }

    [Fact]
    public async Task Pull_WrongBytes_FailsWithBothHashesAndKeepsNothing()
    {
        byte[] wrong = new byte[Smallest.Bytes];
        await using TestServer server = await TestServer.StartAsync(wrong);

        ProgramRun run = await PullAsync(server, Smallest.Id);

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().ContainAll(server.Address, Smallest.Sha256, "instead of", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wrong))).And.NotContain("   at ");
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
        server.Requests.Select(r => r.Path).Should().Equal(ResNetVariant.All.Where(v => !v.IsEmbedded).Select(v => $"/{v.FileName}"));
        run.Error.Should().Contain("does not have the file");
    }

    [Fact]
    public async Task Pull_Offline_SaysWhatToDo()
    {
        ProgramRun run = await ModelsAsync("pull", Smallest.Id);

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain("RESNET_NET_OFFLINE").And.Contain("RESNET_NET_MODELS");
    }

    [Fact]
    public async Task Verify_DamagedFile_FailsAndSetsItAside()
    {
        Place(ModelPath, bytes: (int)Smallest.Bytes);

        ProgramRun run = await ModelsAsync("verify");
        ProgramRun again = await ModelsAsync("verify");

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain($"{ModelPath}.damaged");
        File.Exists(ModelPath).Should().BeFalse();
        again.ExitCode.Should().Be(Success);
        again.Output.Should().Contain("nothing to verify");
    }

    [Fact]
    public async Task Golden_ArchiveOfTheEmbeddedModel_Passes()
    {
        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", EmbeddedArchive(off: 0));

        run.ExitCode.Should().Be(Success, run.Error);
        string[] cells = [.. run.Lines.Single(l => l.StartsWith("│ resnet20-cifar10 ", StringComparison.Ordinal)).Trim('│').Split('│').Select(c => c.Trim())];
        cells.Should().HaveCount(8);
        cells[1].Should().Be("m/test_data_set_0");
        cells.Skip(5).Should().Equal("same", "same", "pass");
        double.Parse(cells[2], CultureInfo.InvariantCulture).Should().BeLessThan(double.Parse(cells[4], CultureInfo.InvariantCulture));
        run.Output.Should().MatchRegex(@"ONNX Runtime \d+\.\d+\.\d+ on a processor with(out)? VNNI").And.Contain("fp32: 1E-3 of the value + 1E-4 of the largest");
    }

    [Fact]
    public async Task Golden_OutputsOfAnotherModel_Fails()
    {
        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", EmbeddedArchive(off: 0.1f));

        run.ExitCode.Should().Be(SomeFailed);
        run.Output.Should().Contain("FAILS").And.NotContain(" pass ");
        run.Error.Should().Contain("resnet20-cifar10, 'm/test_data_set_0': element 4 of the output is");
    }

    [Fact]
    public async Task Golden_ArchiveThatIsNone_IsOneLine()
    {
        string hostile = _folder.Write("hostile.tar.gz", new TarGzBuilder().Add("../input_0.pb", [1]).Build());

        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", hostile);
        ProgramRun missing = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", $"{hostile}.none");

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.TrimEnd().Should().Contain("hostile.tar.gz' is rejected: its entry '../input_0.pb' leads out").And.NotContain("\n");
        missing.ExitCode.Should().Be(SomeFailed);
        missing.Error.TrimEnd().Should().Contain("hostile.tar.gz.none").And.NotContain("\n");
    }

    [Fact]
    public async Task Golden_NothingHere_SaysSo()
    {
        ProgramRun none = await ModelsAsync("verify", "--golden");
        ProgramRun offline = await ModelsAsync("verify", Smallest.Id, "--golden");

        none.ExitCode.Should().Be(Success, none.Error);
        none.Output.Should().Contain("nothing to verify");
        offline.ExitCode.Should().Be(SomeFailed);
        offline.Error.Should().Contain("RESNET_NET_OFFLINE");
    }

    [Fact]
    public async Task Remove_DeletesWhatThereIs()
    {
        Place(ModelPath, bytes: 100);

        ProgramRun run = await ModelsAsync("remove", Smallest.Id, "resnet18-v1-7");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().Equal($"{Smallest.Id}: removed", "resnet18-v1-7: was not in the store");
        File.Exists(ModelPath).Should().BeFalse();
    }

    [Fact]
    public async Task Import_WrongFile_SaysWhy()
    {
        string pointer = _folder.Write(Smallest.FileName, "version https://git-lfs.github.com/spec/v1\n");

        ProgramRun run = await ModelsAsync("import", pointer, Path.Combine(_folder.FullPath, "none"));

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.Should().Contain("Git LFS pointer").And.Contain("There is no file and no folder");
        run.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("pull resnet51", "'resnet51'")]
    [InlineData("pull resnet20-cifar10", "embedded")]
    [InlineData("pull", "pull")]
    [InlineData("fetch", "command")]
    [InlineData("where --mirror ftp://x", "'ftp://x'")]
    [InlineData("verify resnet20-cifar10", "embedded")]
    [InlineData("verify resnet20-cifar10 --golden", "No test data")]
    [InlineData("verify resnet18-v1-7 --archive x", "--golden")]
    [InlineData("verify --golden --archive x", "one model")]
    [InlineData("verify resnet18-v1-7 resnet34-v1-7 --golden --archive x", "one model")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await ModelsAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    [Fact]
    public async Task VariableWithoutMeaning_IsNamed()
    {
        ProgramRun run = await RunAsync(new() { ["RESNET_NET_OFFLINE"] = "perhaps" }, "list");

        run.ShouldBeUnusable().Should().Contain("RESNET_NET_OFFLINE").And.Contain("perhaps");
    }

    /// <summary>Test data of the embedded model: its outputs without optimisations, one of them moved by a part of the largest.</summary>
    private string EmbeddedArchive(float off)
    {
        ResNetVariant variant = ResNetVariant.Cifar10ResNet20;
        Random random = new(11);
        float[] input = [.. Enumerable.Range(0, 3 * 32 * 32).Select(_ => random.NextSingle() - 0.5f)];
        using OrtSession session = ModelRecipe.For(variant, null).Content.Open(new SessionSettings { IntraOpThreads = 1, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
        using AlignedBuffer buffer = new(input.Length);
        input.CopyTo(buffer.Span);
        using OrtValue tensor = buffer.CreateTensor([1, 3, 32, 32]);
        float[] scores = session.RunToArray([new NamedTensor(variant.InputName, tensor)], variant.OutputName).Values;
        scores[4] += off * scores.Max(Math.Abs);
        TarGzBuilder tar = new TarGzBuilder()
            .Add("m/test_data_set_0/input_0.pb", OnnxTensor.Create(variant.InputName, [1, 3, 32, 32], input).Serialize())
            .Add("m/test_data_set_0/output_0.pb", OnnxTensor.Create(variant.OutputName, [1, 10], scores).Serialize());
        return _folder.Write("test-data.tar.gz", tar.Build());
    }

    private static void Place(string path, int bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[bytes]);
    }

    private Task<ProgramRun> PullAsync(TestServer server, string ids) => RunAsync(new() { ["RESNET_NET_OFFLINE"] = "0" }, "pull", ids, "--mirror", server.Address);

    private Task<ProgramRun> ModelsAsync(params string[] arguments) => RunAsync([], arguments);

    private Task<ProgramRun> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        environment["RESNET_NET_HOME"] = Root;
        return SampleProgram.RunAsync("Models", environment, arguments);
    }
}
