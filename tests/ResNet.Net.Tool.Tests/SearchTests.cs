using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ResNet.Net.Tool.Tests;

public sealed class SearchTests : IDisposable
{
    private const int Success = 0, SomeImagesFailed = 1;

    private readonly TemporaryFolder _folder = new();

    private string Index => Path.Combine(_folder.FullPath, "images.index");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_PrintsTheTwoMostSimilarImagesOfEach()
    {
        Dictionary<string, float[]> features = Features();

        ProgramRun run = await SearchAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().NotContain("\u001b").And.Contain("64 features");
        foreach ((string name, float[] own) in features)
        {
            string[] cells =
                [.. run.Lines.Single(l => l.StartsWith($"│ {name} ", StringComparison.Ordinal)).Trim('│').Split('│').Select(c => c.Trim())];
            (string Name, double Cosine)[] expected =
                [.. features.Where(f => f.Key != name).Select(f => (f.Key, Cosine(own, f.Value))).OrderByDescending(f => f.Item2).Take(2)];
            for (int i = 0; i < 2; i++)
            {
                // Images of the same similarity may change places.
                string[] parts = cells[i + 1].Split(' ');
                Cosine(own, features[parts[0]]).Should().BeApproximately(expected[i].Cosine, 0.005);
                double.Parse(parts[1], CultureInfo.InvariantCulture).Should().BeApproximately(expected[i].Cosine, 0.006);
            }
        }
    }

    [Fact]
    public async Task Query_GivesTheNearestFirst_WithoutBadImages()
    {
        foreach (SampleImage image in SampleImage.All)
        {
            File.Copy(Sample(image.FileName), _folder["in", "deeper", image.FileName]);
        }

        File.WriteAllText(_folder["in", "bad.png"], "not an image");
        Dictionary<string, float[]> features = Features();

        ProgramRun index = await SearchAsync("index", _folder["in"], "--out", Index);
        ProgramRun query = await SearchAsync("query", Sample("car.png"), "--index", Index, "--top", "4");

        index.ExitCode.Should().Be(SomeImagesFailed);
        index.Error.Should().Contain($"{_folder["in", "bad.png"]}: text that begins with 'not an image'").And.NotContain("\u001b");
        index.Output.TrimEnd().Should().Be($"10 images in {Index}, 1 failed.");
        query.ExitCode.Should().Be(Success, query.Error);
        string[][] rows
            = [.. query.Lines.Where(l => l.Contains(".png")).Select(l => l.Trim('│').Split('│').Select(c => c.Trim()).ToArray())];
        rows.Should().HaveCount(4);
        rows[0][1].Should().Be("1.00", "the index contains it");
        rows.Select(r => Path.GetFileNameWithoutExtension(r[0]))
            .Should().Equal(features.OrderByDescending(f => Cosine(features["car"], f.Value)).Take(4).Select(f => f.Key));
    }

    [Fact]
    public async Task IndexFile_IsAsDocumented()
    {
        (await SearchAsync("index", TestFolders.SampleImages, "--out", Index)).ExitCode.Should().Be(Success);

        using BinaryReader reader = new(File.OpenRead(Index), Encoding.UTF8);
        reader.ReadBytes(8).Should().Equal("RNSEARCH"u8.ToArray());
        reader.ReadInt32().Should().Be(1);
        reader.ReadInt64().Should().Be(10);
        reader.ReadInt32().Should().Be(64);
        reader.ReadString().Should().Contain("resnet20-cifar10").And.Contain("Cifar10");
        Dictionary<string, float[]> features = Features();
        for (int i = 0; i < 10; i++)
        {
            string path = reader.ReadString();
            Path.GetDirectoryName(path).Should().Be(TestFolders.SampleImages);
            float[] found = [.. Enumerable.Range(0, 64).Select(_ => BinaryPrimitives.ReadSingleLittleEndian(reader.ReadBytes(4)))];
            Cosine(found, features[Path.GetFileNameWithoutExtension(path)]).Should().BeApproximately(1, 1e-5);
            found.Sum(f => (double)f * f).Should().BeApproximately(1, 1e-5);
        }

        reader.Read().Should().Be(-1);
        Directory.GetFiles(_folder.FullPath).Should().Equal(Index);
    }

    [Fact]
    public async Task ContactSheet_OfAQuery_ContainsItAndItsMatches()
    {
        string page = Path.Combine(_folder.FullPath, "car & co.html");
        await SearchAsync("index", TestFolders.SampleImages, "--out", Index);

        ProgramRun run = await SearchAsync("query", Sample("car.png"), "--index", Index, "--top", "3", "--contact-sheet", page);

        run.ExitCode.Should().Be(Success, run.Error);
        string html = File.ReadAllText(page);
        string[] images = [.. html.Split("<img ").Skip(1)];
        images.Should().HaveCount(3).And.OnlyContain(i => i.Contains("src=\"data:image/jpeg;base64,/9j/", StringComparison.Ordinal));
        images[0].Should().StartWith("alt=\"car.png\"").And.NotContain("class=\"score\"", "it is the query");
        images[1].Should().StartWith("alt=\"truck.png\"").And.Contain("</div>0.5");
        html.Should().Contain("10 images searched").And.NotContain("http", "the page needs no other file");
    }

    [Fact]
    public async Task Json_HasOneObjectPerLine()
    {
        ProgramRun index = await SearchAsync("index", TestFolders.SampleImages, "--out", Index, "--json");
        ProgramRun query = await SearchAsync("query", Sample("car.png"), "--index", Index, "--top", "2", "--json");
        ProgramRun all = await SearchAsync("--json");

        JsonDocument.Parse(index.Output).RootElement.GetProperty("images").GetInt32().Should().Be(10);
        JsonElement[] matches = [.. query.Lines.Select(l => JsonDocument.Parse(l).RootElement)];
        matches.Select(m => Path.GetFileName(m.GetProperty("image").GetString())).Should().Equal("car.png", "truck.png");
        matches[0].GetProperty("similarity").GetDouble().Should().BeApproximately(1, 1e-4);
        all.Lines.Should().HaveCount(10)
            .And.OnlyContain(l => JsonDocument.Parse(l).RootElement.GetProperty("matches").GetArrayLength() == 2);
    }

    [Theory]
    [InlineData("--model resnet20-cifar10-int8", "'resnet20-cifar10', not 'resnet20-cifar10-int8'")]
    [InlineData("--ten-crop", "crops (Center, not TenCrop)")]
    [InlineData("--mean 0,0,0", "different preprocessing")]
    public async Task IndexOfAnotherModel_IsRefused(string arguments, string said)
    {
        (await SearchAsync("index", TestFolders.SampleImages, "--out", Index)).ExitCode.Should().Be(Success);

        ProgramRun run = await SearchAsync(["query", Sample("cat.png"), "--index", Index, .. arguments.Split(' ')]);

        run.ShouldBeUnusable().Should().Contain(said).And.Contain("create it again").And.NotContain("\n");
    }

    [Fact]
    public async Task DamagedIndex_IsRefused()
    {
        (await SearchAsync("index", TestFolders.SampleImages, "--out", Index)).ExitCode.Should().Be(Success);
        byte[] whole = File.ReadAllBytes(Index);
        byte[] otherVersion = [.. whole], tooMany = [.. whole];
        byte[] negative = [.. whole], notANumber = [.. whole];
        otherVersion[8] = 2;
        tooMany[12] = 11;
        negative.AsSpan(12, 8).Fill(0xFF);
        BinaryPrimitives.WriteSingleLittleEndian(notANumber.AsSpan(whole.Length - 4), float.NaN);
        (byte[] Bytes, string Said)[] damages =
        [
            ([], "does not start"),
            ("PK\u0003\u0004 something else"u8.ToArray(), "does not start"),
            (otherVersion, "version 2"),
            (tooMany, "truncated"),
            (negative, "states -1 images"),
            (notANumber, "outside -1 to 1"),
            (whole[..14], "truncated"),
            (whole[..100], "truncated"),
            (whole[..^1], "truncated"),
        ];
        foreach ((byte[] bytes, string said) in damages)
        {
            File.WriteAllBytes(Index, bytes);

            ProgramRun run = await SearchAsync("query", Sample("cat.png"), "--index", Index);

            run.ShouldBeUnusable().Should().Contain(said).And.Contain("search index FOLDER").And.NotContain("\n");
        }
    }

    [UnixFact]
    public async Task CtrlC_KeepsTheOldIndex()
    {
        string many = MakeMany();
        File.WriteAllText(Index, "the old index");

        ProgramRun run = await ToolProcess.StopAsync(
            "search", ToolProcess.Interrupt, _ => File.Exists($"{Index}.partial"), "index", many, "--out", Index);

        run.ShouldBeCanceled();
        File.ReadAllText(Index).Should().Be("the old index");
        File.Exists($"{Index}.partial").Should().BeFalse();
    }

    [UnixFact]
    public async Task KilledRun_LeavesNoIndex_AndTheNextRunWrites()
    {
        string many = MakeMany();

        await ToolProcess.StopAsync("search", ToolProcess.Kill, _ => File.Exists($"{Index}.partial"), "index", many, "--out", Index);
        bool left = File.Exists(Index);
        ProgramRun next = await SearchAsync("index", TestFolders.SampleImages, "--out", Index);

        left.Should().BeFalse();
        next.ExitCode.Should().Be(Success, next.Error);
        File.Exists($"{Index}.partial").Should().BeFalse();
    }

    [Theory]
    [InlineData("index", "--out")]
    [InlineData("index --out x.index", "index")]
    [InlineData("index no-such-folder --out x.index", "no-such-folder")]
    [InlineData("index . --out /no/such/folder/x.index", "/no/such/folder")]
    [InlineData("query x.png", "--index")]
    [InlineData("query x.png --index no-such.index", "no-such.index")]
    [InlineData("query --top 0 x.png --index x", "'0'")]
    [InlineData("find x", "'find'")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await SearchAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    private static Task<ProgramRun> SearchAsync(params string[] arguments) => ToolProcess.RunAsync("search", arguments);

    private static string Sample(string name) => Path.Combine(TestFolders.SampleImages, name);

    private static Dictionary<string, float[]> Features()
    {
        using ResNetEmbedder embedder
            = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { Normalize = false });
        return SampleImage.All.ToDictionary(s => Path.GetFileNameWithoutExtension(s.FileName), s => embedder.Embed(Sample(s.FileName)));
    }

    /// <summary>Computes the cosine in double precision, from vectors of any length.</summary>
    private static double Cosine(float[] a, float[] b)
    {
        double dot = a.Zip(b, (x, y) => (double)x * y).Sum();
        return dot / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
    }

    private string MakeMany()
    {
        for (int i = 0; i < 600; i++)
        {
            File.Copy(Sample("ship.png"), _folder["many", $"{i:D4}.png"]);
        }

        return _folder["many"];
    }
}
