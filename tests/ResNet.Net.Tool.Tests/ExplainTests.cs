using System.Buffers.Binary;
using System.Text.Json;

namespace ResNet.Net.Tool.Tests;

public sealed class ExplainTests
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    [Fact]
    public async Task NoArgument_DrawsEverySampleImage()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await ToolProcess.RunAsync("explain", "--out", folder["maps"], "--long-side", "200");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        string[] images = Directory.GetFiles(TestFolders.SampleImages, "*.png");
        run.Lines.Should().HaveCount(images.Length);
        Directory.GetFiles(folder["maps"]).Should().HaveCount(images.Length).And.OnlyContain(f => IsWideOrHigh(SizeOf(f)));
        run.Output.Should().Contain("frog-6-frog.png: frog");
    }

    [Fact]
    public async Task Top_DrawsThatManyMaps()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await ToolProcess.RunAsync(
            "explain", Path.Combine(TestFolders.SampleImages, "cat.png"), "--top", "3", "--out", folder["maps"]);

        run.ExitCode.Should().Be(0);
        Directory.GetFiles(folder["maps"], "cat-*.png").Should().HaveCount(3);
    }

    [Fact]
    public async Task Json_HasOneObjectPerMap()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await ToolProcess.RunAsync(
            "explain", Path.Combine(TestFolders.SampleImages, "cat.png"), "--top", "2", "--json", "--out", folder["maps"]);

        JsonElement[] maps = [.. run.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
        maps.Should().HaveCount(2).And.OnlyContain(m => File.Exists(m.GetProperty("map").GetString()));
        maps[0].GetProperty("prediction").GetProperty("label").GetString().Should().Be("cat");
    }

    [Theory]
    [InlineData("truck")]
    [InlineData("9")]
    public async Task Class_ByLabelOrIndex_DrawsItIntoAFile(string label)
    {
        using TemporaryFolder folder = new();
        string file = folder["deeper", "truck.png"];

        ProgramRun run = await ToolProcess.RunAsync(
            "explain", Path.Combine(TestFolders.SampleImages, "cat.png"), "--class", label, "--out", file);

        run.ExitCode.Should().Be(0);
        run.Lines.Should().ContainSingle().Which.Should().Contain(": truck ");
        SizeOf(file).Width.Should().Be(1024 + 8);
    }

    [Fact]
    public async Task BadImage_DoesNotFailTheOthers()
    {
        using TemporaryFolder folder = new();

        string bad = Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg"), good = Path.Combine(TestFolders.SampleImages, "cat.png");
        ProgramRun run = await ToolProcess.RunAsync("explain", "none.png", bad, good, "--out", folder["maps"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain("none.png").And.Contain("bad-text.jpg");
        run.Lines.Should().ContainSingle();
    }

    [Fact]
    public async Task FolderWithTheSameNameTwice_DrawsBoth()
    {
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(TestFolders.SampleImages, "cat.png"), folder["in", "a", "cat.png"]);
        File.Copy(Path.Combine(TestFolders.SampleImages, "cat.png"), folder["in", "b", "cat.png"]);

        ProgramRun run = await ToolProcess.RunAsync("explain", folder["in"], "--ten-crop", "--long-side", "64", "--out", folder["maps"]);

        run.ExitCode.Should().Be(0, run.Error);
        Directory.GetFiles(folder["maps"]).Select(Path.GetFileName).Should().BeEquivalentTo("cat-3-cat.png", "cat-3-cat-2.png");
    }

    [Theory]
    [InlineData("--class", "unicorn", "unicorn")]
    [InlineData("--model", "resnet51", "resnet50-v1-7")]
    [InlineData("--top", "9", "--top")]
    [InlineData("--out", "one.png", "Name a folder")]
    [InlineData("--long-side", "0", "--long-side requires a number from 1 to 16384")]
    [InlineData("--size", "64", "64")]
    [InlineData("--models", "x", "'--models'")]
    public async Task WrongOption_SaysWhatIsWrong(string option, string value, string said)
    {
        using TemporaryFolder folder = new();
        string[] output = option == "--out" ? [] : ["--out", folder["maps"]];

        ProgramRun run = await ToolProcess.RunAsync("explain", [option, value, .. output]);

        run.ShouldBeUnusable().Should().Contain(said).And.NotContain("\n");
    }

    private static bool IsWideOrHigh((int Width, int Height) size) => size is (403, 150) or (303, 200);

    private static (int Width, int Height) SizeOf(string png)
    {
        byte[] bytes = File.ReadAllBytes(png);
        bytes.Should().StartWith(Signature);
        return (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
    }
}
