using System.Globalization;
using ResNet.Net.Onnx;

namespace ResNet.Net.Docs.Tests;

/// <summary>Compares tables and plots of the pages with the catalog and the committed results.</summary>
public class FigureTests
{
    private const string Results = "benchmarks/results/amd-epyc-avx512-2-cores";
    private const string LibrariesResults = $"{Results}/LibrariesBenchmarks.md";
    private const string ProfileResults = $"{Results}/profile-differences.md";
    private const string DecodingResults = $"{Results}/DecodeBenchmarks.md";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    [Fact]
    public void VariantTable_OfTheReadme_MatchesTheCatalog()
    {
        string[][] rows = [.. Rows("README.md", "| `resnet")];

        rows.Should().HaveCount(ResNetVariant.All.Count);
        foreach (string[] row in rows)
        {
            ResNetVariant variant = ResNetVariant.Parse(row[0].Split('`')[1]);
            row.Skip(1).Should().Equal(
                [
                    (variant.Bytes / 1e6)?.ToString("0.0", Culture) ?? "",
                    variant.Opset.ToString(Culture),
                    variant.Precision == ModelPrecision.Fp32
                        ? "fp32"
                        : $"int8 {(variant.QuantizationFormat == QuantizationFormat.Qdq ? "QDQ" : "QOperator")}",
                    variant.Top1?.ToString("0.00", Culture) ?? "",
                    variant.Top5?.ToString("0.00", Culture) ?? "",
                    $"`{variant.Profile.Name}`",
                ], variant.Id);
        }
    }

    [Fact]
    public void VariantTable_OfVariantsPage_MatchesCatalogAndResults()
    {
        Dictionary<string, string[]> measured = Rows($"{Results}/variants.md", "| `resnet").ToDictionary(row => row[0]);
        string[][] rows = [.. Rows("docs/variants.md", "| `resnet").Where(row => row.Length == 8)];

        rows.Should().HaveCount(measured.Count);
        foreach (string[] row in rows)
        {
            ResNetVariant variant = ResNetVariant.Parse(row[0].Trim('`'));
            row.Skip(1).Should().Equal(
                [
                    variant.Top1?.ToString("0.00", Culture) ?? "",
                    variant.Top5?.ToString("0.00", Culture) ?? "",
                    measured[row[0]][3],
                    measured[row[0]][4],
                    measured[row[0]][5],
                    (variant.Bytes / 1e6)!.Value.ToString("0.0", Culture),
                    $"`{variant.Profile.Name}`",
                ], variant.Id);
        }

        rows.Select(row => double.Parse(row[1], Culture)).Should().BeInDescendingOrder();
    }

    [Fact]
    public void EmbeddedModels_OfVariantsPage_MatchTheCatalog()
        => Rows("docs/variants.md", "| `resnet20").Select(row => string.Join(' ', row)).Should().Equal(
            ResNetVariant.All.Where(variant => variant.IsEmbedded)
                .Select(variant => string.Create(Culture, $"`{variant.Id}` {variant.Top1:0.00} {variant.Bytes / 1e6:0.0}")));

    [Fact]
    public void ProfileDifferences_OfPreprocessingPage_MatchTheResults()
        => Rows("docs/preprocessing.md", "| `").Where(row => row.Length == 4).Select(row => string.Join(' ', row))
            .Should().Equal(Rows(ProfileResults, "| `").Select(row => string.Join(' ', row)));

    [Fact]
    public void PreprocessingTable_OfPerformancePage_MatchesTheResults()
    {
        ILookup<string, string> measured = File.ReadLines(Path.Combine(TestFolders.Repository, Results, "FusedBenchmarks.md"))
            .Select(line => line.Replace("*", "", StringComparison.Ordinal).Trim('|', ' ').Split('|'))
            .Where(cells => cells.Length > 3 && cells[2].Contains("ms", StringComparison.Ordinal))
            .ToLookup(cells => cells[0].Trim(), cells => ThreeDigits(cells[2]));
        string[] methods = ["NaiveLoops", "PillowScalar", "Pillow128", "Pillow256", "Pillow512", "OpenCv", "OpenCvFloat"];
        string[][] rows =
            [.. Rows("docs/performance.md", "|").SkipWhile(row => row[0] != "milliseconds per image").Skip(2).Take(methods.Length)];

        rows.Select(row => string.Join(' ', row.Skip(1))).Should().Equal(methods.Select(method => string.Join(' ', measured[method])));
        string readme = string.Join(' ', Page.Read("README.md").Lines);
        readme.Should().Contain($"{measured["Pillow512"].First()} ms; hand-written loops {measured["NaiveLoops"].First()} ms");
    }

    [Fact]
    public void LibrariesFigures_OfTheReadme_MatchTheResults()
    {
        Dictionary<string, double> measured = File.ReadLines(Path.Combine(TestFolders.Repository, LibrariesResults))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && cells[1].EndsWith(" ms", StringComparison.Ordinal))
            .ToDictionary(cells => cells[0], cells => double.Parse(cells[1][..^3], CultureInfo.InvariantCulture));
        (double own, double imageSharp, double skia) = (measured["ResNetNet"], measured["ImageSharp"], measured["SkiaSharp"]);
        FormattableString table = $"{own:0.000} ms; ImageSharp {imageSharp:0.00} ms, SkiaSharp {skia:0.00} ms";
        FormattableString claim = $"{imageSharp / own:0} times faster than the same steps with ImageSharp";

        string readme = string.Join(' ', Page.Read("README.md").Lines);

        readme.Should().Contain(FormattableString.Invariant(table)).And.Contain(FormattableString.Invariant(claim));
    }

    [Fact]
    public void DecodingTable_OfPerformancePage_MatchesTheResults()
    {
        ILookup<string, string> measured = File.ReadLines(Path.Combine(TestFolders.Repository, DecodingResults))
            .Select(line => line.Replace("*", "", StringComparison.Ordinal).Trim('|', ' ').Split('|'))
            .Where(cells => cells.Length > 3 && cells[2].Contains("ms", StringComparison.Ordinal))
            .ToLookup(cells => cells[0].Trim(), cells => ThreeDigits(cells[2]));
        string[] methods = ["SkiaSharp", "SkiaSharpShrunk", "LibJpegTurbo", "LibJpegTurboShrunk"];
        string[][] rows =
            [.. Rows("docs/performance.md", "|").SkipWhile(row => row[0] != "milliseconds per file").Skip(2).Take(methods.Length)];

        rows.Select(row => string.Join(' ', row.Skip(1))).Should().Equal(methods.Select(method => string.Join(' ', measured[method])));
        string readme = string.Join(' ', Page.Read("README.md").Lines);
        readme.Should().Contain(
            $"{measured["SkiaSharp"].First()} ms with SkiaSharp (default), {measured["LibJpegTurbo"].First()} ms with libturbojpeg");
    }

    [Theory]
    [InlineData("latency")]
    [InlineData("decode-speed")]
    [InlineData("decode-profile")]
    [InlineData("scaling")]
    [InlineData("serve")]
    public void Tables_OfPerformancePage_AreThoseOfTheResults(string name)
    {
        string[] page = File.ReadAllLines(Path.Combine(TestFolders.Repository, "docs/performance.md"));
        string[] results = File.ReadAllLines(Path.Combine(TestFolders.Repository, Results, $"{name}.md"));

        page.SkipWhile(line => line != $"<!-- results: {name} -->").Skip(1)
            .TakeWhile(line => line.Length == 0 || line.StartsWith('|') || line.StartsWith("### ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|'))
            .Should().NotBeEmpty().And.Equal(results.Where(line => line.StartsWith('|')));
    }

    [Fact]
    public async Task Plots_DrawnAgain_MatchTheCommittedOnes()
    {
        using TemporaryFolder folder = new();
        ProgramRun run = await ProgramRun.OfAsync(ProgramRun.Dotnet(
            Path.Combine(AppContext.BaseDirectory, "ResNet.Net.Benchmarks.dll"),
            ["plot", Path.Combine(TestFolders.Repository, Results), "--save", folder.FullPath]));

        run.ExitCode.Should().Be(0, run.Error);
        foreach (string plot in (string[])["preprocessing.svg", "variants.svg", "scaling.svg", "soak.svg", "soak-server.svg"])
        {
            File.ReadAllText(folder[plot]).Should().Be(File.ReadAllText(Path.Combine(TestFolders.Repository, Results, plot)));
        }
    }

    [Fact]
    public void Readme_Length_IsLimited() => Page.Read("README.md").Lines.Should().HaveCountLessThan(250);

    private static string ThreeDigits(string cell)
    {
        double time = double.Parse(cell.Replace("ms", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal), Culture);
        return time.ToString(time >= 100 ? "0" : time >= 10 ? "0.0" : "0.00", Culture);
    }

    private static IEnumerable<string[]> Rows(string file, string start)
        => File.ReadLines(Path.Combine(TestFolders.Repository, file)).Where(line => line.StartsWith(start, StringComparison.Ordinal))
            .Select(line => line[1..^1].Split('|').Select(cell => cell.Trim()).ToArray());
}
