using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Cuts classifiers and backbones at their features and compares the results with the features of the whole network.</summary>
public class FeatureOutputTests
{
    private const int Batch = 2;

    public static TheoryData<string> Kinds => [.. HeadNetworks.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cut_Classifier_KeepsOnlyWhatTheFeaturesNeed(string kind)
    {
        OnnxModel whole = HeadNetworks.Build(kind);
        ClassifierHead head = ClassifierHead.Find(whole);
        string dense = head.DenseNode.Outputs[0];
        head.AddFeatures("embedding");
        OnnxModel cut = HeadNetworks.Build(kind);

        FeatureOutput.Cut(cut, null, "embedding");

        cut.ThrowIfInvalid();
        cut.Graph.Outputs.Should().ContainSingle().Which.ToString().Should().Be($"embedding Float [N, {HeadNetworks.Maps}]");
        cut.Graph.FindProducer(dense).Should().BeNull("the dense layer is not needed");
        cut.Graph.Initializers.Select(t => t.Name).Should().NotContain(name => name.StartsWith("dense") || name.StartsWith("bias"));
        Run(cut).Should().Equal(Run(whole));
    }

    [Theory]
    [InlineData("GlobalAveragePool")]
    [InlineData("GlobalMaxPool")]
    public void Cut_Backbone_FlattensItsOutput(string pool)
    {
        OnnxModel model = Backbone(pool);
        (float[] expected, long[] shape) = RunWithShape(model, "pooled");

        FeatureOutput.Cut(model, null, "embedding");

        model.ThrowIfInvalid();
        model.Graph.Outputs.Should().ContainSingle().Which.ToString().Should().Be("embedding Float [N, 4]");
        shape.Should().Equal(Batch, 4, 1, 1);
        (float[] features, long[] flat) = RunWithShape(model, "embedding");
        flat.Should().Equal(Batch, 4);
        features.Should().Equal(expected);
    }

    [Fact]
    public void Cut_BackboneWithFloat16Output_ConvertsToFloat()
    {
        OnnxModel model = Backbone("GlobalAveragePool");
        OnnxNode cast = new("Cast", ["pooled"], ["narrow"]);
        cast.Attributes.Set("to", (long)OnnxElementType.Float16);
        model.Graph.Nodes.Add(cast);
        float[] expected = RunWithShape(model, "pooled").Values;
        model.Graph.Outputs[0] = new OnnxValueInfo("narrow", OnnxElementType.Float16, ["N", 4, 1, 1]);

        FeatureOutput.Cut(model, "narrow", "embedding");

        RunWithShape(model, "embedding").Values.Should().Equal(expected.Select(v => (float)(Half)v));
    }

    [Fact]
    public void Cut_ScoresAndFeatures_SelectsTheFeaturesWithoutAName()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        model.Graph.Outputs.Add(new OnnxValueInfo("pooled", OnnxElementType.Float, ["N", HeadNetworks.Maps, 1, 1]));

        FeatureOutput.Cut(model, null, "embedding");

        model.Graph.FindProducer("embedding")!.Inputs.Should().Equal("pooled");
        model.Graph.Outputs.Should().ContainSingle();
    }

    [Fact]
    public void Cut_Unsupported_ThrowsAndKeepsTheModel()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        byte[] before = model.ToArray();

        Cutting(model, null, "maps").Should().Throw<OnnxModelException>().WithMessage("*already uses the name 'maps'*");
        Cutting(model, "logits", "embedding").Should().Throw<OnnxModelException>().WithMessage("*no node produces 'logits'*");
        Cutting(model, "pooled", "embedding").Should().Throw<OnnxModelException>().WithMessage("*has no output 'pooled'*scores*");
        Cutting(model, null, "").Should().Throw<ArgumentException>();
        model.ToArray().Should().Equal(before);
    }

    private static Action Cutting(OnnxModel model, string? output, string name) => () => FeatureOutput.Cut(model, output, name);

    private static OnnxModel Backbone(string pool)
    {
        float[] weights = [.. Enumerable.Range(0, 12).Select(i => MathF.Sin(i))];
        OnnxModel model = new TestModel(13).Input("image", "N", 3, 8, 8).Weight("w", [4, 3, 1, 1], weights)
            .Node("Conv", ["image", "w"], ["conv"]).Node("Add", ["conv", "conv"], ["sum"]).Node("Relu", ["sum"], ["maps"])
            .Node(pool, ["maps"], ["pooled"]).Output("pooled", "N", 4, 1, 1);
        return model;
    }

    private static float[] Run(OnnxModel model) => RunWithShape(model, "embedding").Values;

    private static (float[] Values, long[] Shape) RunWithShape(OnnxModel model, string output)
    {
        Random random = new(11);
        float[] images = [.. Enumerable.Range(0, Batch * 3 * 64).Select(_ => (float)random.NextDouble())];
        return ModelRun.OutputOf(
            model, output, GraphOptimizationLevel.ORT_ENABLE_ALL, (HeadNetworks.Input, [Batch, 3, 8, 8], images));
    }
}
