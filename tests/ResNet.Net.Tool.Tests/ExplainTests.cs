using System.Buffers.Binary;

namespace ResNet.Net.Samples.Tests;

public class ExplainTests
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    [Fact]
    public async Task NoArguments_DrawsEverySamplePicture()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await SampleProgram.RunAsync("Explain", "--out", folder["maps"], "--long-side", "200");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        string[] pictures = Directory.GetFiles(TestFolders.SamplePictures, "*.png");
        run.Lines.Should().HaveCount(pictures.Length);
        Directory.GetFiles(folder["maps"]).Should().HaveCount(pictures.Length).And.OnlyContain(f => IsWideOrHigh(SizeOf(f)));
        run.Output.Should().Contain("frog-6-frog.png: frog");
    }

    [Fact]
    public async Task TopThree_OnePictureEach()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await SampleProgram.RunAsync("Explain", Path.Combine(TestFolders.SamplePictures, "cat.png"), "--top", "3", "--out", folder["maps"]);

        run.ExitCode.Should().Be(0);
        Directory.GetFiles(folder["maps"], "cat-*.png").Should().HaveCount(3);
    }

    [Theory]
    [InlineData("truck")]
    [InlineData("9")]
    public async Task Class_ByLabelOrIndex_IntoAFile(string label)
    {
        using TemporaryFolder folder = new();
        string file = folder["deeper", "truck.png"];

        ProgramRun run = await SampleProgram.RunAsync("Explain", Path.Combine(TestFolders.SamplePictures, "cat.png"), "--class", label, "--out", file);

        run.ExitCode.Should().Be(0);
        run.Lines.Should().ContainSingle().Which.Should().Contain(": truck ");
        SizeOf(file).Width.Should().Be(1024 + 8);
    }

    [Fact]
    public async Task BadPicture_DoesNotCostTheOthersTheirs()
    {
        using TemporaryFolder folder = new();

        ProgramRun run = await SampleProgram.RunAsync("Explain", "none.png", Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg"), Path.Combine(TestFolders.SamplePictures, "cat.png"), "--out", folder["maps"]);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain("none.png").And.Contain("bad-text.jpg");
        run.Lines.Should().ContainSingle();
    }

    [Fact]
    public async Task FolderWithOneNameTwice_DrawsBoth()
    {
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(TestFolders.SamplePictures, "cat.png"), folder["in", "a", "cat.png"]);
        File.Copy(Path.Combine(TestFolders.SamplePictures, "cat.png"), folder["in", "b", "cat.png"]);

        ProgramRun run = await SampleProgram.RunAsync("Explain", folder["in"], "--ten-crop", "--long-side", "64", "--out", folder["maps"]);

        run.ExitCode.Should().Be(0, run.Error);
        Directory.GetFiles(folder["maps"]).Select(Path.GetFileName).Should().BeEquivalentTo("cat-3-cat.png", "cat-3-cat-2.png");
    }

    [Theory]
    [InlineData("--class", "unicorn", "unicorn")]
    [InlineData("--model", "resnet51", "resnet50-v1-7")]
    [InlineData("--top", "9", "--top")]
    [InlineData("--out", "one.png", "name a folder")]
    [InlineData("--long-side", "0", "--long-side needs a number from 1 to 16384")]
    [InlineData("--size", "64", "64")]
    [InlineData("--models", "x", "'--models'")]
    public async Task WrongOption_SaysWhatIsWrong(string option, string value, string said)
    {
        using TemporaryFolder folder = new();
        string[] output = option == "--out" ? [] : ["--out", folder["maps"]];

        ProgramRun run = await SampleProgram.RunAsync("Explain", [option, value, .. output]);

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
