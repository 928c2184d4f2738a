using System.Globalization;
using System.Xml.Linq;

namespace ResNet.Net.Training.Tests;

public class TrainingPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly LearningCurvePoint[] Curve = [new(100, 90, 50), new(200, 85, 60), new(400, 80, 70)];

    [Fact]
    public void ToSvg_LearningCurve_IsDrawnToScale()
    {
        XElement root = XElement.Parse(TrainingPlot.ToSvg(Reports.Of(4, 20, c => c) with { LearningCurve = Curve }));

        // Two curves of three points: the training curve first. The grid spans 40 to 100 %.
        (double X, double Y)[] points
            = [.. root.Elements(Svg + "circle").Select(c => (Number(c, "cx"), Number(c, "cy")))];
        points.Should().HaveCount(6);
        double perPoint = (points[3].Y - points[0].Y) / (90 - 50);
        for (int i = 0; i < 3; i++)
        {
            (points[i].Y - points[0].Y).Should().BeApproximately(perPoint * (90 - Curve[i].TrainingAccuracy), 0.05);
            (points[i + 3].Y - points[0].Y).Should().BeApproximately(perPoint * (90 - Curve[i].ValidationAccuracy), 0.05);
        }

        (points[2].X - points[1].X).Should().BeApproximately(2 * (points[1].X - points[0].X), 0.05);
        Texts(root).Should().Contain(["Learning curve", "Confusion matrix", "70.0", "40 %", "100 %"]);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(20, true)]
    [InlineData(500, true)]
    [InlineData(6, false)]
    [InlineData(500, false)]
    public void ToSvg_AnyNumberOfClasses_StaysOnTheCanvas(int classes, bool hasValidation)
    {
        TrainingReport report = Reports.Of(classes, 4, c => c % 3) with { LearningCurve = Curve };
        report = hasValidation ? report : report with { Validation = null, MeanAveragePrecision = 50 };

        XElement root = XElement.Parse(TrainingPlot.ToSvg(report));

        foreach (XElement rectangle in root.Elements(Svg + "rect"))
        {
            Number(rectangle, "x").Should().BeGreaterThanOrEqualTo(0);
            (Number(rectangle, "x") + Number(rectangle, "width")).Should().BeLessThanOrEqualTo(Number(root, "width"));
            (Number(rectangle, "y") + Number(rectangle, "height")).Should().BeLessThanOrEqualTo(Number(root, "height"));
        }

        foreach (XElement text in root.Elements(Svg + "text"))
        {
            Number(text, "y").Should().BeInRange(0, Number(root, "height"));
        }
    }

    [Fact]
    public void ToSvg_WithoutCurve_SaysSo()
        => Texts(XElement.Parse(TrainingPlot.ToSvg(Reports.Of(2, 4, _ => 0)))).Should().Contain("not measured: too few images");

    private static IEnumerable<string> Texts(XElement root) => root.Elements(Svg + "text").Select(t => t.Value);

    private static double Number(XElement element, string name)
        => double.Parse(element.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
}
