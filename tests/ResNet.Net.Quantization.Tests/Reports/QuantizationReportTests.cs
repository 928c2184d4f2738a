using System.Text.Json;
using System.Xml.Linq;

namespace ResNet.Net.Quantization.Tests;

public class QuantizationReportTests
{
    private static readonly QuantizationReport Report = ResNetQuantizer.Quantize(
        SmallNetworks.Residual(),
        SmallNetworks.Calibration(),
        new QuantizationOptions { FloatLayers = ["c1_node"], SqnrImages = 2 }).Report;

    [Fact]
    public void Layers_AnyModel_HaveRangesAndSqnr()
    {
        Report.Layers.Select(l => l.Name).Should().Equal("c0_node", "c1_node", "c2_node", "c3_node", "a1_node", "g_node", "y_node");
        Report.Layers.Select(l => l.Operator)
            .Should().Equal("Conv+Relu", "Conv+Relu", "Conv", "Conv", "Add+Relu", "GlobalAveragePool", "Gemm");
        LayerReport reverted = Report.Layers[1];
        (reverted.IsQuantized, reverted.Output, reverted.Reason).Should().Be((false, null, "listed in FloatLayers"));
        foreach (LayerReport layer in Report.Layers.Where(l => l.IsQuantized && l.Output is not null))
        {
            ActivationReport output = layer.Output!;
            (output.Max - output.Min).Should().BeApproximately(255 * output.Scale, 1e-6);
            output.Min.Should().BeApproximately(-output.ZeroPoint * output.Scale, 1e-9);
            output.ObservedMax.Should().BeGreaterThan(output.ObservedMin);
            layer.Sqnr.Should().BeInRange(20, 80);
            layer.AccumulatedSqnr.Should().BeInRange(15, 80);
        }
    }

    [Fact]
    public void ToJson_AnyReport_ContainsEveryLayer()
    {
        using JsonDocument json = JsonDocument.Parse(Report.ToJson());

        json.RootElement.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("name").GetString())
            .Should().Equal(Report.Layers.Select(l => l.Name));
        json.RootElement.GetProperty("layers")[0].GetProperty("output").GetProperty("scale").GetDouble()
            .Should().Be(Report.Layers[0].Output!.Scale);
        json.RootElement.GetProperty("images").GetInt32().Should().Be(12);
    }

    [Fact]
    public void ToTextAndToMarkdown_AnyReport_ContainEveryLayer()
    {
        foreach (LayerReport layer in Report.Layers)
        {
            Report.ToText().Should().Contain(layer.Name);
            Report.ToMarkdown().Should().Contain($"`{layer.Name}`");
        }

        Report.ToText().Should().Contain(Int8Execution.Current.Explanation).And.Contain("6 of 7 layers quantized");
    }

    [Fact]
    public void ToSvg_AnyReport_HasABarAndADotForEachLayer()
    {
        XElement svg = XDocument.Parse(Report.ToSvg()).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";

        // The legend has one dot and two bars, and one rectangle is the background.
        svg.Elements(ns + "circle").Should().HaveCount(Report.Layers.Count + 1);
        svg.Elements(ns + "rect").Should().HaveCount(Report.Layers.Count + 3);
        static double Width(XElement bar) => double.Parse(bar.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture);
        double[] widths = [.. svg.Elements(ns + "rect").Skip(3).Select(Width)];
        Enumerable.Range(0, widths.Length).OrderBy(i => widths[i])
            .Should().Equal(Enumerable.Range(0, widths.Length).OrderBy(i => Report.Layers[i].Sqnr));
    }

    [Fact]
    public void ToSvg_WithoutSqnr_SaysSo()
        => ResNetQuantizer.Quantize(
            SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { SqnrImages = 0 }).Report.ToSvg()
            .Should().Contain("Not measured");
}
