using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Finds every kind of head and runs the added outputs in ONNX Runtime.</summary>
public class ClassifierHeadTests
{
    private const int Batch = 3, Area = HeadNetworks.Side * HeadNetworks.Side;

    [Fact]
    public void Find_WeightsDequantizedByThemselves_IsDamage()
    {
        // Every node uses the one before three times: one by one, the paths to the initializer would be 3^16.
        TestModel net = new TestModel(13).Input("x", 1, 1, 2, 2).Output("y", 1, 1).Weight<float>("q0", [1, 1], 2);
        net.Node("GlobalAveragePool", ["x"], ["p"]).Node("Flatten", ["p"], ["f"]);
        foreach (int i in Enumerable.Range(0, 16))
        {
            net.Node("DequantizeLinear", [$"q{i}", $"q{i}", $"q{i}"], [$"q{i + 1}"]);
        }

        net.Node("MatMul", ["f", "q16"], ["y"]);

        FluentActions.Invoking(() => ClassifierHead.Find(net)).Should().Throw<OnnxModelException>()
            .WithMessage("More than 64 constants*damaged*");
    }

    public static TheoryData<string> Kinds => [.. HeadNetworks.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddActivationMaps_EveryKind_HaveTheScoresAsTheirMeans(string kind)
    {
        OnnxModel model = HeadNetworks.Build(kind);
        float[] scores = Run(model, HeadNetworks.Output);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddFeatures("my_features");
        head.AddActivationMaps("my_maps");
        model.ThrowIfInvalid();

        (head.ClassCount, head.FeatureCount).Should().Be((HeadNetworks.Classes, HeadNetworks.Maps));
        float[] maps = Run(model, "my_maps");
        maps.Should().HaveCount(Batch * HeadNetworks.Classes * Area);
        double[] logits = [.. maps.Chunk(Area).Select((map, i) => map.Average(v => (double)v) + head.Bias.Span[i % HeadNetworks.Classes])];
        double[] expected = [.. logits.Chunk(HeadNetworks.Classes).SelectMany(image => HeadNetworks.Activate(kind, image))];

        // 8-bit networks: half a step of each of six features times its weight, and one step of each 8-bit result.
        double tolerance = HeadNetworks.IsQuantized(kind) ? (6 * 0.5 * 2 / 255) + (3 * 8.0 / 255) : 32 * HeadNetworks.RoundingOf(kind);
        scores.Zip(expected, (s, e) => Math.Abs(s - e)).Should().OnlyContain(d => d <= tolerance);

        // ONNX Runtime computes the float16 head in float32 unless an added output needs a float16 value.
        double change = kind == "Float16" ? HeadNetworks.RoundingOf(kind) : 0;
        Run(model, HeadNetworks.Output).Zip(scores, (after, before) => Math.Abs(after - before))
            .Should().OnlyContain(d => d <= change, "added outputs must not change the others");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddFeatures_EveryKind_AreTheMeansOfTheMaps(string kind)
    {
        OnnxModel model = HeadNetworks.Build(kind);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddFeatures("my_features");
        model.Graph.Outputs.Add(new OnnxValueInfo("maps", OnnxElementType.Float, null));

        float[] features = Run(model, "my_features");
        double[] means = [.. Run(model, "maps").Chunk(Area).Select(map => map.Average(v => (double)v))];

        // 8-bit networks: half a step of the maps and half a step of the means.
        double tolerance = HeadNetworks.IsQuantized(kind) ? (0.5 * 4 / 255) + (0.6 * 2 / 255) : 16 * HeadNetworks.RoundingOf(kind);
        features.Should().HaveCount(Batch * HeadNetworks.Maps).And.Contain(f => f > 0.05f);
        features.Zip(means, (f, m) => Math.Abs(f - m)).Should().OnlyContain(d => d <= tolerance);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddActivationMaps_EveryKind_AreWeightsTimesMaps(string kind)
    {
        OnnxModel model = HeadNetworks.Build(kind);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddActivationMaps("my_maps");
        model.Graph.Outputs.Add(new OnnxValueInfo("maps", OnnxElementType.Float, null));
        float[] raw = Run(model, "maps");

        float[] actual = Run(model, "my_maps");

        double tolerance = HeadNetworks.IsQuantized(kind) ? 6 * 0.5 * 4 / 255 : 128 * HeadNetworks.RoundingOf(kind);
        for (int i = 0; i < actual.Length; i++)
        {
            (int image, int rest) = Math.DivRem(i, HeadNetworks.Classes * Area);
            (int label, int pixel) = Math.DivRem(rest, Area);
            double expected = Enumerable.Range(0, HeadNetworks.Maps).Sum(k =>
                (double)head.Weights.Span[(label * HeadNetworks.Maps) + k] * raw[(((image * HeadNetworks.Maps) + k) * Area) + pixel]);
            actual[i].Should().BeApproximately((float)expected, (float)tolerance);
        }
    }

    [Fact]
    public void Find_Head_NamesItsNodesAndValues()
    {
        ClassifierHead head = ClassifierHead.Find(HeadNetworks.Build("Dropout"));

        head.FeatureNames.Should().Equal("pooled", "same", "flat", "features");
        head.FeatureMapsName.Should().Be("maps");
        head.PoolNode.OpType.Should().Be("GlobalAveragePool");
        head.DenseNode.OpType.Should().Be("Gemm");
    }

    [Fact]
    public void Find_NoHead_ThrowsWithWhatWasFound()
    {
        Finding(model => model.Graph.Nodes.First(n => n.OpType == "Gemm").OpType = "Elu").Should().Throw<OnnxModelException>()
            .WithMessage("*'scores' comes from*Elu*supported head*Gemm*");
        Finding(model => model.Graph.Nodes.First(n => n.OpType == "GlobalAveragePool").OpType = "GlobalMaxPool")
            .Should().Throw<OnnxModelException>().WithMessage("*gets its features from*GlobalMaxPool*");
        Finding(model => model.Graph.Initializers.Remove(model.Graph.FindInitializer("dense")!)).Should().Throw<OnnxModelException>()
            .WithMessage("*the weights of*are not constant*");
        Finding(model => model.Graph.Nodes.Remove(model.Graph.FindProducer("pooled")!)).Should().Throw<OnnxModelException>()
            .WithMessage("*no node produces 'pooled'*");
        ((Action)(() => ClassifierHead.Find(HeadNetworks.Build("Gemm"), "other"))).Should().Throw<OnnxModelException>()
            .WithMessage("*'other'*");
    }

    [Fact]
    public void Find_AverageOverPartsOfTheMap_Throws()
    {
        // 4x4 windows of 8x8 maps: four features per channel.
        OnnxModel model = HeadNetworks.Build("Gemm");
        OnnxNode pool = model.Graph.FindProducer("pooled")!;
        pool.OpType = "AveragePool";
        pool.Attributes.Set("kernel_shape", [4L, 4L]);
        pool.Attributes.Set("strides", [4L, 4L]);
        model.Graph.Initializers.Remove(model.Graph.FindInitializer("dense")!);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("dense", [5, 24], new float[120]));

        ((Action)(() => ClassifierHead.Find(model))).Should().Throw<OnnxModelException>().WithMessage("*24 features from 6 channels*");
        pool.Attributes.Set("pads", [1L, 1L, 1L, 1L]);
        ((Action)(() => ClassifierHead.Find(model))).Should().Throw<OnnxModelException>().WithMessage("*pads*");
    }

    [Fact]
    public void AddFeatures_NameInUse_Throws()
        => ((Action)(() => ClassifierHead.Find(HeadNetworks.Build("Gemm")).AddFeatures("maps"))).Should().Throw<OnnxModelException>()
            .WithMessage("*already uses the name 'maps'*");

    private static Action Finding(Action<OnnxModel> change)
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        change(model);
        return () => ClassifierHead.Find(model);
    }

    private static float[] Run(OnnxModel model, string output)
    {
        Random random = new(7);
        float[] images = [.. Enumerable.Range(0, Batch * 3 * Area).Select(_ => (float)random.NextDouble())];
        long[] shape = [Batch, 3, HeadNetworks.Side, HeadNetworks.Side];
        return ModelRun.OutputOf(model, output, GraphOptimizationLevel.ORT_ENABLE_ALL, (HeadNetworks.Input, shape, images)).Values;
    }
}
