using System.Globalization;
using System.Xml.Linq;
using ResNet.Net.Plots;

namespace ResNet.Net.Evaluation.Tests;

public class EvaluationPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void ToSvg_FewClasses_ShowsEveryCountOfTheMatrix()
    {
        EvaluationReport report = RandomReport(10, 900);

        XElement root = XElement.Parse(EvaluationPlot.ToSvg(report));

        string[] texts = [.. Texts(root).Select(t => t.Value)];
        foreach (ConfusionPair pair in report.ConfusionPairs)
        {
            texts.Should().Contain($"{pair.Count}");
        }

        texts.Where(t => t == "class 7").Should().HaveCount(2, "a row and a column");
        texts.Count(t => int.TryParse(t, out _))
            .Should().BeGreaterThanOrEqualTo(report.ConfusionPairs.Count + report.Classes.Count(c => c.Correct > 0));
    }

    [Fact]
    public void ToSvg_ReliabilityBars_HaveTheHeightOfTheAccuracy()
    {
        EvaluationReport report = RandomReport(10, 900);
        CalibrationBin[] bins = [.. report.CalibrationBins.Where(b => b.Count > 0)];

        XElement root = XElement.Parse(EvaluationPlot.ToSvg(report));

        // The dashed diagonal spans the plot.
        XElement diagonal = root.Elements(Svg + "line").Single(
            l => l.Attribute("stroke-dasharray") is not null && Number(l, "y1") != Number(l, "y2"));
        double height = Number(diagonal, "y1") - Number(diagonal, "y2");
        double bottom = Number(diagonal, "y1");
        XElement[] bars =
        [
            .. root.Elements(Svg + "rect")
                .Where(
                    r => (string?)r.Attribute("fill") == Palette.Bar
                        && Math.Abs(Number(r, "y") + Number(r, "height") - bottom) < 0.02 && Number(r, "x") < Number(diagonal, "x2")),
        ];
        bars.Should().HaveCount(bins.Length);
        for (int i = 0; i < bins.Length; i++)
        {
            double lower = Math.Min(bins[i].Accuracy, bins[i].MeanConfidence);
            (Number(bars[i], "height") / height).Should().BeApproximately(lower / 100, 0.001);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(1000)]
    public void ToSvg_AnyNumberOfClasses_StaysOnTheCanvas(int classes)
    {
        EvaluationReport report = RandomReport(classes, 3000, "a class with quite a long name, such as ImageNet's, ");

        XElement root = XElement.Parse(EvaluationPlot.ToSvg(report));

        double width = Number(root, "width");
        double height = Number(root, "height");
        foreach (XElement text in Texts(root).Where(t => t.Attribute("transform") is null))
        {
            double length = text.Value.Length * Number(text, "font-size") * 0.5;
            double left = Number(text, "x") - (
                text.Attribute("text-anchor")?.Value switch { "end" => length, "middle" => length / 2, _ => 0 });
            left.Should().BeInRange(0, width, text.Value);
            (left + length).Should().BeInRange(0, width, text.Value);
            Number(text, "y").Should().BeInRange(0, height);
        }

        foreach (XElement bar in root.Elements(Svg + "rect"))
        {
            (Number(bar, "x") + Number(bar, "width")).Should().BeInRange(0, width);
            (Number(bar, "y") + Number(bar, "height")).Should().BeInRange(0, height);
        }

        Texts(root).Should().Contain(t => t.Value == (classes > 20 ? "Most frequent confusions" : "Confusion matrix"));
    }

    [Fact]
    public void ToSvg_NamesWithMarkup_AreEscaped()
    {
        LabelSet labels = new(
            "odd", ["<script>alert(1)</script>", "a & \"b\"", "\ud83d\ude00 \ud800 \u0000\uffff", "写真写真写真写真写真写真写真写真写真写真"]);
        EvaluationReport report = new(
            "<m>", labels, "d]]>", [EvaluatedImage.Of(new LabeledImage("p", 2, () => default), Ranking.Of(0.1f, 0.2f, 0.3f, 0.4f))], 15);

        XElement root = XElement.Parse(EvaluationPlot.ToSvg(report));

        root.Descendants().Select(e => e.Name.LocalName).Distinct().Should().BeSubsetOf(["svg", "title", "rect", "line", "text"]);
        Texts(root).Select(t => t.Value).Should().Contain("<m> on d]]>").And.Contain(t => t.StartsWith("😀 ? ??"));
    }

    [Fact]
    public void ToSvg_EveryImageCorrect_SaysSo()
    {
        LabelSet labels = new("many", Enumerable.Range(0, 30).Select(i => $"c{i}"));
        EvaluationReport report = new(
            "m",
            labels,
            "d",
            [EvaluatedImage.Of(
                new LabeledImage("p", 3, () => default), Ranking.Of([.. Enumerable.Range(0, 30).Select(i => i == 3 ? 1f : 0f)]))],
            15);

        EvaluationPlot.ToSvg(report).Should().Contain("none: every image is classified correctly");
    }

    private static EvaluationReport RandomReport(int classes, int images, string label = "class ")
    {
        Random random = new(classes);
        LabelSet labels = new("random", Enumerable.Range(0, classes).Select(i => $"{label}{i}"));
        return new EvaluationReport("model", labels, "data", [.. Enumerable.Range(0, images).Select(i =>
        {
            float[] row = EvaluationReportTests.RandomRow(random, classes);
            int truth = random.NextDouble() < 0.7 ? Array.IndexOf(row, row.Max()) : random.Next(classes);
            return EvaluatedImage.Of(new LabeledImage($"{i}", truth, () => default), Ranking.Of(row));
        })], 15);
    }

    private static IEnumerable<XElement> Texts(XElement root) => root.Elements(Svg + "text");

    private static double Number(XElement element, string attribute)
        => double.Parse(element.Attribute(attribute)?.Value ?? "0", CultureInfo.InvariantCulture);
}
