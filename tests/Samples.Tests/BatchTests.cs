using System.Globalization;
using System.Text;
using ResNet.Net.Samples.Draw;

namespace ResNet.Net.Samples.Tests;

public sealed class BatchTests : IDisposable
{
    private const int Success = 0, SomePicturesFailed = 1;

    // More than two batches, so that a stopped run has some behind it and some before it.
    private const int Many = 600;

    private readonly TemporaryFolder _folder = new();

    private string Csv => Path.Combine(_folder.FullPath, "out.csv");

    private string Facts => $"{Csv}.run.json";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_PrintsARowForEverySamplePicture()
    {
        ProgramRun run = await BatchAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Output.Split("\r\n")[0].Should().Be("path,label,synset,probability,error");
        run.Lines.Skip(1).Select(l => l.Split(',')[..2]).Should().BeEquivalentTo(SceneCatalog.All.Select(s => new[] { s.FileName, s.Label }));
        run.Lines.Skip(1).Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Out_HoldsWhatTheLibrarySaysInTheOrderOfThePaths()
    {
        string[] names = ["=1+1.png", "a.png", "plain, but a comma.png", "semi;colon.png", "sub/-x.png", "sub/Größe 写真 🐈.png", "z.png"];
        foreach (string name in names)
        {
            File.Copy(Sample("cat.png"), _folder[["in", .. name.Split('/')]]);
        }

        File.WriteAllText(_folder["in", "bad.png"], "no picture");
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        Prediction[] expected = [.. classifier.Classify(Sample("cat.png"), 3).Predictions];

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv, "--top", "3");

        run.ExitCode.Should().Be(SomePicturesFailed, run.Error);
        run.Output.Should().Contain($"8 pictures in {Csv}, 1 of them failed; 8 of them are new.");
        File.ReadAllBytes(Csv)[..4].Should().Equal("path"u8.ToArray(), "no byte order mark");
        string[] lines = File.ReadAllText(Csv).Split("\r\n");
        lines[0].Should().Be("path,label,synset,probability,label2,synset2,probability2,label3,synset3,probability3,error");
        lines.Skip(1).Select(l => l.StartsWith('"') ? l[..(l.IndexOf('"', 1) + 1)] : l.Split(',')[0]).Should().Equal(
            "./=1+1.png", "a.png", "bad.png", "\"plain, but a comma.png\"", "\"semi;colon.png\"", "sub/-x.png", "sub/Größe 写真 🐈.png", "z.png", "");
        lines[3].Should().MatchRegex("^bad.png,{10}\"text that begins with 'no picture', which the decoder does not read.*\"$");
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
    public async Task FileNameWithALineBreak_StaysOneCell()
    {
        File.Copy(Sample("cat.png"), _folder["in", "two\r\n\"lines\".png"]);

        ProgramRun run = await BatchAsync(_folder["in"], "--out", Csv);
        ProgramRun again = await BatchAsync(_folder["in"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        File.ReadAllText(Csv).Should().Contain("\r\n\"two\r\n\"\"lines\"\".png\",cat,");
        again.Output.Should().Contain("1 pictures").And.Contain("0 of them are new");
    }

    [UnixFact]
    public async Task KilledRun_GoesOnAfterTheRowsThatAreThere()
    {
        MakeMany();
        string whole = Path.Combine(_folder.FullPath, "whole.csv");
        (await BatchAsync(_folder["many"], "--out", whole)).ExitCode.Should().Be(Success);

        await SampleProgram.StopAsync("Batch", SampleProgram.Kill, SomeRowsAreThere, _folder["many"], "--out", Csv);
        int before = File.ReadAllLines(Csv).Length - 1;
        ProgramRun run = await BatchAsync(_folder["many"], "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        before.Should().BeInRange(1, Many - 1);
        run.Output.Should().Contain($"{Many} pictures").And.Contain($"{Many - before} of them are new");
        ShouldHoldTheSame(Csv, whole);
    }

    [UnixFact]
    public async Task CtrlC_EndsWithWholeRowsAndSaysHowToGoOn()
    {
        MakeMany();

        ProgramRun run = await SampleProgram.StopAsync("Batch", SampleProgram.Interrupt, SomeRowsAreThere, _folder["many"], "--out", Csv);

        run.ShouldBeCancelled();
        File.ReadAllText(Csv).Should().EndWith("\r\n");
        ProgramRun rest = await BatchAsync(_folder["many"], "--out", Csv);
        rest.Output.Should().Contain($"{Many} pictures");
        File.ReadLines(Csv).Skip(1).Select(l => l.Split(',')[0]).Should().Equal(Enumerable.Range(0, Many).Select(i => $"{i:D4}.png"));
    }

    /// <param name="torn">How many bytes of the file are lost.</param>
    /// <param name="kept">How many rows stay whole.</param>
    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 9)]
    [InlineData(20, 9)]
    [InlineData(100, 6)]
    public async Task TornRow_IsWrittenAgain(int torn, int kept)
    {
        (await BatchAsync(TestFolders.SamplePictures, "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] whole = File.ReadAllBytes(Csv);
        File.WriteAllBytes(Csv, whole[..^torn]);

        ProgramRun run = await BatchAsync(TestFolders.SamplePictures, "--out", Csv);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("10 pictures").And.Contain($"{10 - kept} of them are new");
        File.WriteAllBytes(Path.Combine(_folder.FullPath, "whole.csv"), whole);
        ShouldHoldTheSame(Csv, Path.Combine(_folder.FullPath, "whole.csv"));
    }

    [Fact]
    public async Task TornHeader_BeginsAnew()
    {
        (await BatchAsync(TestFolders.SamplePictures, "--out", Csv)).ExitCode.Should().Be(Success);
        File.WriteAllText(Csv, "path,lab");

        ProgramRun run = await BatchAsync(TestFolders.SamplePictures, "--out", Csv);

        run.Output.Should().Contain("10 of them are new");
        File.ReadAllLines(Csv).Should().HaveCount(11).And.StartWith("path,label,synset,probability,error");
    }

    [Fact]
    public async Task FileOfAnotherRun_IsRefusedAndLeftAsItIs()
    {
        File.Copy(Sample("cat.png"), _folder["in", "cat.png"]);
        (await BatchAsync(_folder["in"], "--out", Csv)).ExitCode.Should().Be(Success);
        byte[] before = File.ReadAllBytes(Csv);
        (string Said, string[] Arguments)[] others =
        [
            ("--top 1, not 2", [_folder["in"], "--top", "2"]),
            ("'resnet20-cifar10', not 'resnet20-cifar10-int8'", [_folder["in"], "--model", "resnet20-cifar10-int8"]),
            ("prepared in another way", [_folder["in"], "--mean", "0,0,0"]),
            ("crops (Center, not TenCrop)", [_folder["in"], "--ten-crop"]),
            (TestFolders.SamplePictures, [TestFolders.SamplePictures]),
        ];
        foreach ((string said, string[] arguments) in others)
        {
            ProgramRun run = await BatchAsync([.. arguments, "--out", Csv]);

            run.ShouldBeUnusable().Should().Contain(said).And.Contain("delete this one").And.NotContain("\n");
        }

        File.ReadAllBytes(Csv).Should().Equal(before);
    }

    [Theory]
    [InlineData("other,columns\r\n1,2\r\n", "row 1")]
    [InlineData("path,label,synset,probability,error\ncat.png,cat,,1.000000,\n", "row 1")]
    [InlineData("path,label,synset,probability,error\r\nedited.png\r\ncat.png,cat,,1.000000,\r\n", "row 3")]
    [InlineData("\0\0\0\0", "row 1")]
    public async Task ChangedFile_IsRefusedAndLeftAsItIs(string content, string said)
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
    public async Task FileWithoutFacts_IsRefusedAndLeftAsItIs(string? facts)
    {
        File.WriteAllText(Csv, "mine,not yours\r\n");
        if (facts is not null)
        {
            File.WriteAllText(Facts, facts);
        }

        ProgramRun run = await BatchAsync(TestFolders.SamplePictures, "--out", Csv);

        run.ShouldBeUnusable().Should().Contain("does not say what it was made from").And.NotContain("\n");
        File.ReadAllText(Csv).Should().Be("mine,not yours\r\n");
    }

    [Fact]
    public async Task FileThatAnotherProcessWrites_IsRefused()
    {
        using FileStream other = new(Csv, FileMode.Create, FileAccess.Write, FileShare.None);

        ProgramRun run = await BatchAsync(TestFolders.SamplePictures, "--out", Csv);

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

    private static Task<ProgramRun> BatchAsync(params string[] arguments) => SampleProgram.RunAsync("Batch", arguments);

    private static string Sample(string name) => Path.Combine(TestFolders.SamplePictures, name);

    /// <summary>The same rows but for the last digits of probabilities, which depend on the batch that a picture was in.</summary>
    private static void ShouldHoldTheSame(string csv, string expected)
    {
        string[][] actual = Cells(csv), wanted = Cells(expected);
        actual.Should().HaveCount(wanted.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            actual[i].Where((_, column) => column != 3).Should().Equal(wanted[i].Where((_, column) => column != 3));
            float.Parse(actual[i][3], CultureInfo.InvariantCulture).Should().BeApproximately(float.Parse(wanted[i][3], CultureInfo.InvariantCulture), 1e-4f);
        }

        static string[][] Cells(string path) => [.. File.ReadAllText(path, Encoding.UTF8).Split("\r\n")[1..^1].Select(l => l.Split(','))];
    }

    private bool SomeRowsAreThere(string error) => File.Exists(Csv) && new FileInfo(Csv).Length > 2000;

    private void MakeMany()
    {
        for (int i = 0; i < Many; i++)
        {
            _folder.Write(Path.Combine("many", $"{i:D4}.png"), ColorPng.Encode(32, 32, (byte)(i * 7), (byte)(i * 13), (byte)(i * 29)));
        }
    }
}
