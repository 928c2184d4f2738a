using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Internals.Inference;

namespace ResNet.Net.Onnx.Tests;

/// <summary>The head of every form, found, and the outputs that are added to it, run by ONNX Runtime.</summary>
public class ClassifierHeadTests
{
    private const int Batch = 3, Area = HeadNets.Side * HeadNets.Side;

    public static TheoryData<string> Kinds => [.. HeadNets.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Find_EveryKind_MapsHaveTheScoresAsTheirMean(string kind)
    {
        OnnxModel model = HeadNets.Build(kind);
        float[] scores = Run(model, HeadNets.Output);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddFeatures("my_features");
        head.AddActivationMaps("my_maps");
        model.ThrowIfInvalid();

        (head.ClassCount, head.FeatureCount).Should().Be((HeadNets.Classes, HeadNets.Maps));
        float[] maps = Run(model, "my_maps");
        maps.Should().HaveCount(Batch * HeadNets.Classes * Area);
        double[] logits = [.. maps.Chunk(Area).Select((map, i) => map.Average(v => (double)v) + head.Bias.Span[i % HeadNets.Classes])];
        double[] expected = kind == "AveragePoolSoftmax" ? [.. logits.Chunk(HeadNets.Classes).SelectMany(Softmax)] : logits;

        // 8-bit nets: half a step of each of six features times its weight, and a step of each 8-bit result on the way.
        double tolerance = HeadNets.IsQuantized(kind) ? (6 * 0.5 * 2 / 255) + (3 * 8.0 / 255) : 2e-6;
        scores.Zip(expected, (s, e) => Math.Abs(s - e)).Should().OnlyContain(d => d <= tolerance);
        Run(model, HeadNets.Output).Should().Equal(scores, "outputs that are added change nothing else");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddFeatures_EveryKind_AreTheMeansOfTheMaps(string kind)
    {
        OnnxModel model = HeadNets.Build(kind);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddFeatures("my_features");
        model.Graph.Outputs.Add(new OnnxValueInfo("maps", OnnxElementType.Float, null));

        float[] features = Run(model, "my_features");
        double[] means = [.. Run(model, "maps").Chunk(Area).Select(map => map.Average(v => (double)v))];

        // 8-bit nets: half a step of the maps and half a step of the means.
        double tolerance = HeadNets.IsQuantized(kind) ? (0.5 * 4 / 255) + (0.6 * 2 / 255) : 1e-6;
        features.Should().HaveCount(Batch * HeadNets.Maps).And.Contain(f => f > 0.05f);
        features.Zip(means, (f, m) => Math.Abs(f - m)).Should().OnlyContain(d => d <= tolerance);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AddActivationMaps_FloatKinds_AreWeightsTimesMaps(string kind)
    {
        OnnxModel model = HeadNets.Build(kind);
        ClassifierHead head = ClassifierHead.Find(model);
        head.AddActivationMaps("my_maps");
        model.Graph.Outputs.Add(new OnnxValueInfo("maps", OnnxElementType.Float, null));
        float[] raw = Run(model, "maps");

        float[] actual = Run(model, "my_maps");

        double tolerance = HeadNets.IsQuantized(kind) ? 6 * 0.5 * 4 / 255 : 1e-5;
        for (int i = 0; i < actual.Length; i++)
        {
            (int picture, int rest) = Math.DivRem(i, HeadNets.Classes * Area);
            (int label, int pixel) = Math.DivRem(rest, Area);
            double expected = Enumerable.Range(0, HeadNets.Maps).Sum(k => (double)head.Weights.Span[(label * HeadNets.Maps) + k] * raw[(((picture * HeadNets.Maps) + k) * Area) + pixel]);
            actual[i].Should().BeApproximately((float)expected, (float)tolerance);
        }
    }

    [Fact]
    public void Find_NamesOfTheFeatures_LeadFromTheAverageToTheDenseLayer()
    {
        ClassifierHead head = ClassifierHead.Find(HeadNets.Build("Dropout"));

        head.FeatureNames.Should().Equal("pooled", "same", "flat", "features");
        head.MapsName.Should().Be("maps");
        head.PoolNode.OpType.Should().Be("GlobalAveragePool");
        head.DenseNode.OpType.Should().Be("Gemm");
    }

    [Fact]
    public void Find_NoHead_SaysWhatIsThereInstead()
    {
        Finding(model => model.Graph.Nodes.First(n => n.OpType == "Gemm").OpType = "Elu").Should().Throw<OnnxModelException>().WithMessage("*'scores'*Elu*Looked for*Gemm*");
        Finding(model => model.Graph.Nodes.First(n => n.OpType == "GlobalAveragePool").OpType = "GlobalMaxPool").Should().Throw<OnnxModelException>().WithMessage("*takes its features from*GlobalMaxPool*");
        Finding(model => model.Graph.Initializers.Remove(model.Graph.FindInitializer("dense")!)).Should().Throw<OnnxModelException>().WithMessage("*weights that are no constants*");
        Finding(model => model.Graph.Nodes.Remove(model.Graph.FindProducer("pooled")!)).Should().Throw<OnnxModelException>().WithMessage("*no node gives 'pooled'*");
        ((Action)(() => ClassifierHead.Find(HeadNets.Build("Gemm"), "other"))).Should().Throw<OnnxModelException>().WithMessage("*'other'*");
    }

    [Fact]
    public void Find_AverageOfAPartOfTheMap_IsRefused()
    {
        // 4x4 of 8x8: four features a channel.
        OnnxModel model = HeadNets.Build("Gemm");
        OnnxNode pool = model.Graph.FindProducer("pooled")!;
        pool.OpType = "AveragePool";
        pool.Attributes.Set("kernel_shape", [4L, 4L]);
        pool.Attributes.Set("strides", [4L, 4L]);
        model.Graph.Initializers.Remove(model.Graph.FindInitializer("dense")!);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("dense", [5, 24], new float[120]));

        ((Action)(() => ClassifierHead.Find(model))).Should().Throw<OnnxModelException>().WithMessage("*24 features of 6 channels*");
        pool.Attributes.Set("pads", [1L, 1L, 1L, 1L]);
        ((Action)(() => ClassifierHead.Find(model))).Should().Throw<OnnxModelException>().WithMessage("*pads*");
    }

    [Fact]
    public void AddFeatures_NameThatIsTaken_IsRefused()
        => ((Action)(() => ClassifierHead.Find(HeadNets.Build("Gemm")).AddFeatures("maps"))).Should().Throw<OnnxModelException>().WithMessage("*'maps' already*");

    private static Action Finding(Action<OnnxModel> change)
    {
        OnnxModel model = HeadNets.Build("Gemm");
        change(model);
        return () => ClassifierHead.Find(model);
    }

    private static IEnumerable<double> Softmax(double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        return logits.Select(l => Math.Exp(l) / sum);
    }

    private static float[] Run(OnnxModel model, string output)
    {
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), "head", new SessionSettings { IntraOpThreads = 1, ConfigEntries = new Dictionary<string, string> { ["session.x64quantprecision"] = "1" } });
        using AlignedBuffer input = new(Batch * 3 * Area);
        Random random = new(7);
        foreach (ref float value in input.Span)
        {
            value = (float)random.NextDouble();
        }

        using OrtValue tensor = input.CreateTensor([Batch, 3, HeadNets.Side, HeadNets.Side]);
        return session.RunToArray([new NamedTensor(HeadNets.Input, tensor)], output).Values;
    }
}
