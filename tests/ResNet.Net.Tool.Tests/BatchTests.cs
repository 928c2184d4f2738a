using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ResNet.Net.Tool.Tests;

public sealed class BatchTests : IDisposable
{
    private const int Success = 0, SomeImagesFailed = 1;

    // Several batches, so that a stopped run has some done and some left.
    // Takes seconds, so that a signal arrives before the end on a busy machine too.
    private const int Many = 4000;

    private readonly TemporaryFolder _folder = new();

    private string Csv => Path.Combine(_folder.FullPath, "out.csv");

    private string Manifest => $"{Csv}.run.json";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_PrintsARowForEverySampleImage()
    {
        ProgramRun run = await BatchAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Output.Split("\r\n")[0].Should().Be("path,label,synset,probability,error");
        run.Lines.Skip(1).Select(l => l.Split(',')[..2])
            .Should().BeEquivalentTo(SampleImage.All.Select(s => new[] { s.FileName, s.Label }));
        run.Lines.Skip(1).Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Out_HasTheLibrarysPredictionsInPathOrder()
    {
        string[] names = ["=1+1.png", "a.png", "plain, but a comma.png", "semi;colon.png", "sub/-x.png", "sub/Größe 写真 🐈.png", "z.png"];
        foreach (string name in names)
        {
            File.Copy(Sample("cat.png"), _folder[["in", .. name.Split('/')]]);
        }

        File.WriteAllText(_folder["in", "bad.png"], "not an image");
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        Prediction[] expected = [.. classifier.Classify(Sample("cat.png"), 3).Predictions];

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv, "--top", "3");

        run.ExitCode.Should().Be(SomeImagesFailed, run.Error);
        run.Output.Should().Contain($"8 images in {Csv}, 1 of them failed; 8 of them are new.");
        File.ReadAllBytes(Csv)[..4].Should().Equal("path"u8.ToArray(), "no byte order mark");
        string[] lines = File.ReadAllText(Csv).Split("\r\n");
        lines[0].Should().Be("path,label,synset,probability,label2,synset2,probability2,label3,synset3,probability3,error");
        lines.Skip(1).Select(l => l.StartsWith('"') ? l[..(l.IndexOf('"', 1) + 1)] : l.Split(',')[0]).Should().Equal(
            "./=1+1.png", "a.png", "bad.png", "\"plain, but a comma.png\"", "\"semi;colon.png\"",
            "sub/-x.png", "sub/Größe 写真 🐈.png", "z.png", "");
        lines[3].Should().MatchRegex("^bad.png,{10}\"text that begins with 'not an image', which the decoder does not read.*\"$");
        foreach (string line in lines[1..^1].Where((_, i) => i != 2))
        {
            string[] cells = line.Split(',')[^10..];
            cells[^1].Should().BeEmpty();
            for (int i = 0; i < expected.Length; i++)
            {
                cells[3 * i].Should().Be(expected[i].Label);
                cells[(3 * i) + 1].Should().BeEmpty("CIFAR-10 has no synsets");
                float.Parse(cells[(3 * i) + 2], CultureInfo.InvariantCulture).Should().BeApproximately(expected[i].Probability, 1e-5f);
            }
        }
    }

    [UnixFact]
    public async Task FileNameThatASpreadsheetEvaluates_GetsAPrefix()
    {
        // A space, a no-break space, a zero-width space, a byte order mark and a control character before the formula.
        string[] names = ["=1", " =2", "\u00A0=3", "\u200B=4", "\uFEFF+5", "\u0001@6"];
        foreach (string name in names)
        {
            File.Copy(Sample("cat.png"), _folder["in", $"{name}.png"]);
        }

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv);
        ProgramRun again = await BatchAsync(_folder["in"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        File.ReadAllText(Csv).Should().ContainAll(names.Select(n => $"./{n}.png"));
        again.Output.Should().Contain("6 images").And.Contain("0 of them are new");
    }

    [UnixFact]
    public async Task FileNameWithALineBreak_StaysOneCell()
    {
        File.Copy(Sample("cat.png"), _folder["in", "two\r\n\"lines\".png"]);

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv);
        ProgramRun again = await BatchAsync(_folder["in"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        File.ReadAllText(Csv).Should().Contain("\r\n\"two\r\n\"\"lines\"\".png\",cat,");
        again.Output.Should().Contain("1 image in ").And.Contain("0 of them are new");
    }

    [UnixFact]
    public async Task FileThatCannotBeOpened_IsARowWithTheReasonAndWithoutThePath()
    {
        string folder = Path.GetDirectoryName(_folder["in", "x"])!;
        File.Copy(Sample("cat.png"), _folder["in", "cat.png"]);
        File.CreateSymbolicLink(_folder["in", "dangling.png"], "gone.png");
        NamedPipe.Create(_folder["in", "pipe.png"]);
        (await ProgramRun.OfAsync(new ProcessStartInfo("bash", ["-c", $"cp '{Sample("cat.png")}' '{folder}'/$'bad\\xff.png'"])))
            .ExitCode.Should().Be(Success);

        ProgramRun run = await BatchAsync(folder);

        // .NET cannot delete the file with its name.
        await ProgramRun.OfAsync(new ProcessStartInfo("bash", ["-c", $"rm '{folder}'/bad*"]));
        run.ExitCode.Should().Be(SomeImagesFailed, run.Error);
        string[] rows = [.. run.Lines.Skip(1)];
        rows.Should().HaveCount(4);
        rows.Should().ContainSingle(r => r.StartsWith("cat.png,cat,", StringComparison.Ordinal));
        rows.Should().ContainSingle(r => r.StartsWith("bad\uFFFD.png,,,,", StringComparison.Ordinal)
            && r.Contains("is not valid UTF-8, so that it cannot be opened. Rename it.", StringComparison.Ordinal));
        rows.Should().Contain("dangling.png,,,,\"the file is a link to 'gone.png', which does not exist.\"");
        rows.Should().Contain(
            "pipe.png,,,,\"the file is a named pipe, a device or a socket, not a regular file. Copy its content to a file.\"");
        run.Output.Should().NotContain(folder);
    }

    [UnixFact]
    public async Task OutIsANamedPipe_IsRefused()
        => (await BatchAsync("--out", NamedPipe.Create(_folder["out.csv"]))).ShouldBeUnusable().Should().Contain("is a named pipe");

    [UnixFact]
    public async Task KilledRun_ResumesAfterTheLastRow()
    {
        MakeMany();
        string whole = Path.Combine(_folder.FullPath, "whole.csv");
        (await BatchAsync(_folder["many"], "--out", whole)).ExitCode.Should().Be(Success);

        await ToolProcess.StopAsync("batch", ToolProcess.Kill, SomeRowsAreThere, _folder["many"], "--out", Csv);

        // Without the header and the last row, which can be incomplete.
        int before = File.ReadAllText(Csv).Split("\r\n").Length - 2;
        ProgramRun run = await BatchAsync(_folder["many"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        before.Should().BeInRange(1, Many - 1);
        run.Output.Should().Contain($"{Many:#,0} images").And.Contain($"{Many - before:#,0} of them are new");
        ShouldHoldTheSame(Csv, whole);
    }

    [UnixFact]
    public async Task CtrlC_EndsWithCompleteRows()
    {
        MakeMany();

        ProgramRun run = await ToolProcess.StopAsync("batch", ToolProcess.Interrupt, SomeRowsAreThere, _folder["many"], "--out", Csv);

        run.ShouldBeCanceled();
        File.ReadAllText(Csv).Should().EndWith("\r\n");
        ProgramRun rest = await BatchAsync(_folder["many"], "--out", Csv);
        rest.Output.Should().Contain($"{Many:#,0} images");
        File.ReadLines(Csv).Skip(1).Select(l => l.Split(',')[0]).Should().Equal(Enumerable.Range(0, Many).Select(i => $"{i:D4}.png"));
    }

    /// <param name="torn">The number of bytes cut off the file.</param>
    /// <param name="kept">The number of rows that stay complete.</param>
    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 9)]
    [InlineData(20, 9)]
    [InlineData(100, 6)]
    public async Task TornRow_IsWrittenAgain(int torn, int kept)
    {
        (await BatchAsync(TestFolders.SampleImages, "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] whole = File.ReadAllBytes(Csv);
        File.WriteAllBytes(Csv, whole[..^torn]);

        ProgramRun run = await BatchAsync(TestFolders.SampleImages, "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("10 images").And.Contain(kept == 9 ? "1 of them is new" : $"{10 - kept} of them are new");
        File.WriteAllBytes(Path.Combine(_folder.FullPath, "whole.csv"), whole);
        ShouldHoldTheSame(Csv, Path.Combine(_folder.FullPath, "whole.csv"));
    }

    [Theory]
    [InlineData("😀.png", 0)]
    [InlineData("😀.png", 1)]
    [InlineData("👩‍👩‍👧‍👦 𝔘𝔫𝔦 𠜎.png", 7)]
    [InlineData("ẞ€ é ünï.png", 3)]
    public async Task NamesBeyondAscii_ResumeAtExactBytes(string name, int torn)
    {
        string[] names = [.. Enumerable.Range(0, 6).Select(i => $"{i} {name}")];
        foreach (string file in names)
        {
            File.Copy(Sample("cat.png"), _folder["in", file]);
        }

        (await BatchAsync(_folder["in"], "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] whole = File.ReadAllBytes(Csv);
        File.WriteAllBytes(Csv, whole[..^torn]);

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("6 images").And.Contain(torn > 0 ? "1 of them is new" : "0 of them are new");
        File.ReadAllBytes(Csv).Should().Equal(whole);
    }

    [Fact]
    public async Task InvalidUtf8InARow_NeverLengthensTheFile()
    {
        (await BatchAsync(TestFolders.SampleImages, "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] bytes = File.ReadAllBytes(Csv);
        int label = bytes.AsSpan().IndexOf(",cat,"u8);
        ((byte[])[0xFF, 0xED, 0xA0]).CopyTo(bytes, label + 1);
        File.WriteAllBytes(Csv, bytes);

        ProgramRun run = await BatchAsync(TestFolders.SampleImages, "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("0 of them are new");
        File.ReadAllBytes(Csv).Should().Equal(bytes);
    }

    [Fact]
    public async Task TornHeader_StartsOver()
    {
        (await BatchAsync(TestFolders.SampleImages, "--out", Csv)).ExitCode.Should().Be(Success);
        File.WriteAllText(Csv, "path,lab");

        ProgramRun run = await BatchAsync(TestFolders.SampleImages, "--out", Csv);

        run.Output.Should().Contain("10 of them are new");
        File.ReadAllLines(Csv).Should().HaveCount(11).And.StartWith("path,label,synset,probability,error");
    }

    [Fact]
    public async Task FileOfAnotherRun_IsRefusedAndUnchanged()
    {
        File.Copy(Sample("cat.png"), _folder["in", "cat.png"]);
        (await BatchAsync(_folder["in"], "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] before = File.ReadAllBytes(Csv);
        (string Said, string[] Arguments)[] others =
        [
            ("--top 1, not 2", [_folder["in"], "--top", "2"]),
            ("'resnet20-cifar10', not 'resnet20-cifar10-int8'", [_folder["in"], "--model", "resnet20-cifar10-int8"]),
            ("different preprocessing", [_folder["in"], "--mean", "0,0,0"]),
            ("crops (Center, not TenCrop)", [_folder["in"], "--ten-crop"]),
            (TestFolders.SampleImages, [TestFolders.SampleImages]),
        ];
        foreach ((string said, string[] arguments) in others)
        {
            ProgramRun run = await BatchAsync([.. arguments, "--out", Csv]);

            run.ShouldBeUnusable().Should().Contain(said).And.Contain("delete this one").And.NotContain("\n");
        }

        File.ReadAllBytes(Csv).Should().Equal(before);
    }

    [Theory]
    [InlineData("other,columns\r\n1,2\r\n", "Row 1 ")]
    [InlineData("path,label,synset,probability,error\ncat.png,cat,,1.000000,\n", "Row 1 ")]
    [InlineData("path,label,synset,probability,error\r\nedited.png\r\ncat.png,cat,,1.000000,\r\n", "Row 2 ")]
    [InlineData("\0\0\0\0", "Row 1 ")]
    public async Task ChangedFile_IsRefusedAndUnchanged(string content, string said)
    {
        File.Copy(Sample("cat.png"), _folder["in", "cat.png"]);
        (await BatchAsync(_folder["in"], "--out", Csv)).ExitCode.Should().Be(Success);
        File.WriteAllText(Csv, content);

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv);

        run.ShouldBeUnusable().Should().Contain(said).And.NotContain("\n");
        File.ReadAllText(Csv).Should().Be(content);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{ \"Version\": 1 }")]
    public async Task FileWithoutManifest_IsRefusedAndUnchanged(string? manifest)
    {
        File.WriteAllText(Csv, "another,file\r\n");
        if (manifest is not null)
        {
            File.WriteAllText(Manifest, manifest);
        }

        ProgramRun run = await BatchAsync(TestFolders.SampleImages, "--out", Csv);

        run.ShouldBeUnusable().Should().Contain("does not say how it was created").And.NotContain("\n");
        File.ReadAllText(Csv).Should().Be("another,file\r\n");
    }

    [Fact]
    public async Task FileThatAnotherProcessWrites_IsRefused()
    {
        using FileStream other = new(Csv, FileMode.Create, FileAccess.Write, FileShare.None);

        ProgramRun run = await BatchAsync(TestFolders.SampleImages, "--out", Csv);

        run.ShouldBeUnusable().Should().Contain("out.csv").And.NotContain("\n");
    }

    [Theory]
    [InlineData("no-such-folder", "no-such-folder")]
    [InlineData("--top 0", "'0'")]
    [InlineData("--modle", "'--modle'")]
    [InlineData("--model resnet51", "resnet51")]
    [InlineData("--out /no/such/folder/out.csv", "/no/such/folder")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await BatchAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    private static Task<ProgramRun> BatchAsync(params string[] arguments) => ToolProcess.RunAsync("batch", arguments);

    private static string Sample(string name) => Path.Combine(TestFolders.SampleImages, name);

    /// <summary>Compares rows; the last digits of probabilities depend on the batch that an image was in.</summary>
    private static void ShouldHoldTheSame(string csv, string expected)
    {
        string[][] actual = Cells(csv), wanted = Cells(expected);
        actual.Should().HaveCount(wanted.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            actual[i].Where((_, column) => column != 3).Should().Equal(wanted[i].Where((_, column) => column != 3));
            float.Parse(actual[i][3], CultureInfo.InvariantCulture)
                .Should().BeApproximately(float.Parse(wanted[i][3], CultureInfo.InvariantCulture), 1e-4f);
        }

        static string[][] Cells(string path) => [.. File.ReadAllText(path, Encoding.UTF8).Split("\r\n")[1..^1].Select(l => l.Split(','))];
    }

    private bool SomeRowsAreThere(string error) => File.Exists(Csv) && new FileInfo(Csv).Length > 2000;

    private void MakeMany()
    {
        for (int i = 0; i < Many; i++)
        {
            (byte, byte, byte) color = ((byte)(i * 7), (byte)(i * 13), (byte)(i * 29));
            _folder.Write(Path.Combine("many", $"{i:D4}.png"), PngImage.Solid(32, 32, color));
        }
    }
}
