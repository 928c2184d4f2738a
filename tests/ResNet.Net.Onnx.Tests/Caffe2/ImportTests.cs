using static ResNet.Net.Onnx.Tests.Support.Caffe2Operators;
using static ResNet.Net.Onnx.Tests.Support.SmallCaffe2Classifier;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies what the importer makes of properties of the files: names, declared lists, scales and engines.</summary>
public class ImportTests
{
    private static readonly float[] Data = [.. Enumerable.Range(0, 32).Select(i => (i * 7 % 19) - 9f)];

    [Fact]
    public void Import_ReusedName_BelongsToTheLastValue()
    {
        Caffe2ImportResult result = SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict());

        result.Warnings.Should().BeEmpty();
        result.Model.Check().Should().BeEmpty();
        result.Model.Graph.Name.Should().Be("small");
        result.Model.Graph.Nodes.SelectMany(n => n.Outputs).Should().OnlyHaveUniqueItems();
        result.Model.Graph.FindProducer("q")!.OpType.Should().Be("DequantizeLinear");
        result.Model.Graph.FindProducer("q_1")!.OpType.Should().Be("QuantizeLinear");
    }

    [Fact]
    public void Import_FloatNetwork_ComputesItsScores()
    {
        Caffe2ImportResult result = SmallCaffe2Classifier.Import(FloatInit(), FloatPredict());

        result.Warnings.Should().BeEmpty();
        result.Model.Check().Should().BeEmpty();
        result.Model.OpsetImports.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, long>(string.Empty, 13));
        double[] scores = [.. Run(result.Model).Select(s => Math.Log(s))];
        double[] features = Features();
        for (int i = 1; i < 3; i++)
        {
            double[] weights = [1, 2, 3, -4, 5, -6];
            double Logit(int n) => (0.5 * n) + (weights[2 * n] * features[0]) + (weights[(2 * n) + 1] * features[1]);
            (scores[i] - scores[0]).Should().BeApproximately(Logit(i) - Logit(0), 1e-3);
        }
    }

    // The checker doesn't know the operators of com.microsoft.
    [PythonOnnxFact]
    public async Task Import_StandardOperators_PassOnnxChecker()
    {
        using TemporaryFolder folder = new();
        string[] paths = [folder["float.onnx"], folder["qdq.onnx"]];
        SmallCaffe2Classifier.Import(FloatInit(), FloatPredict()).Model.Save(paths[0]);
        SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict(), QuantizationFormat.Qdq).Model.Save(paths[1]);

        (await OnnxChecker.ComplaintsAsync(paths)).Should().BeEmpty();
    }

    [Fact]
    public void Import_FakeFillOfTheInput_IsIgnored()
    {
        Caffe2Net init = QuantizedInit();
        init = new Caffe2Net { Operators = [FillFloats("data", [1, 1], 0), FillFloats("queue", [1, 1], 0), .. init.Operators] };

        OnnxModel model = SmallCaffe2Classifier.Import(init, QuantizedPredict()).Model;

        model.Graph.Inputs.Should().ContainSingle().Which.Name.Should().Be("data");
        Run(model).Should().Equal(Run(SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict()).Model));
        model.Graph.FindInitializer("queue").Should().BeNull();
    }

    [Theory]
    [InlineData("c")]
    [InlineData("absent")]
    [InlineData("scores")]
    public void Import_DeclaredOutput_IsReplacedByTheScores(string declared)
    {
        Caffe2Net predict = new() { Operators = QuantizedPredict().Operators, ExternalOutputs = [declared] };

        OnnxModel model = SmallCaffe2Classifier.Import(QuantizedInit(), predict).Model;

        model.Graph.Outputs.Should().ContainSingle().Which.ToString().Should().Be("scores Float [N, 3]");
    }

    [Fact]
    public void Import_BiasWithAnotherScale_IsRescaledWithAWarning()
    {
        Caffe2ImportResult result = SmallCaffe2Classifier.Import(
            QuantizedInit((1, FillInts("b", [50, -50], InputScale * WeightScale / 10))), QuantizedPredict());

        result.Warnings.Should().ContainSingle().Which.Should().StartWith("Operator 2 (Int8ConvRelu, output 'c')").And.Contain("'b'");
        result.Model.Graph.FindInitializer("b")!.ToArray<int>().Should().Equal(5, -5);
    }

    [Fact]
    public void Import_FloatBias_IsRoundedToInputScaleTimesWeightScale()
    {
        Caffe2ImportResult result = SmallCaffe2Classifier.Import(
            QuantizedInit((1, FillFloats("b", [2], 2.5f * InputScale * WeightScale, -1.4f * InputScale * WeightScale))),
            QuantizedPredict());

        result.Warnings.Should().BeEmpty();
        result.Model.Graph.FindInitializer("b")!.ToArray<int>().Should().Equal(2, -1);
    }

    [Fact]
    public void Import_Weights_AreTransposedAndSigned()
    {
        OnnxModel model = SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict()).Model;

        OnnxTensor filter = model.Graph.FindInitializer("w")!;
        filter.Shape.Should().Equal(2, 2, 3, 3);
        filter.ToArray<sbyte>()[..10].Should().Equal(-28, -26, -24, -22, -20, -18, -16, -14, -12, -27);
        model.Graph.FindInitializer("fw")!.ToArray<sbyte>().Should().Equal(-8, 2, 12, 22, 32, 42);
        model.Graph.FindInitializer("w_zero_point")!.ToArray<sbyte>().Should().Equal(0);
    }

    [Theory]
    [InlineData(QuantizationFormat.QOperator)]
    [InlineData(QuantizationFormat.Qdq)]
    public void Import_RowwiseEngine_QuantizesFloatWeightsPerChannel(QuantizationFormat format)
    {
        float[] weights = [.. Enumerable.Range(0, 36).Select(i => (i < 18 ? i - 9 : (i - 27) * 100) / 16f)];
        Caffe2Operator convolution = new("Int8ConvRelu")
        {
            Engine = "DNNLOWP_ROWWISE",
            Inputs = ["q", "w", "fbias"],
            Outputs = ["c"],
            Arguments = [Int("kernel", 3), Int("pad", 1), Order("NHWC"), .. Quantization(64, 0)],
        };
        Caffe2Net init = QuantizedInit((0, FillFloats("w", [2, 3, 3, 2], weights)), (1, FillFloats("fbias", [2], 1, 2)));

        Caffe2ImportResult result = SmallCaffe2Classifier.Import(init, QuantizedPredict((2, convolution)), format);

        result.Warnings.Should().ContainSingle().Which.Should().Contain("'w' are floats");
        result.Model.Check().Should().BeEmpty();
        result.Model.Graph.FindInitializer("w_scale")!.ToArray<float>().Should().Equal(9f / 16 / 127, 900f / 16 / 127);
        Run(result.Model).Sum().Should().BeApproximately(1, 1e-5f);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NNPACK")]
    public void Import_OtherEngine_IsReadAsDnnlowpWithOneWarning(string engine)
    {
        Caffe2Net predict = new()
        {
            Operators = [.. QuantizedPredict().Operators.Select(
                o => new Caffe2Operator(o.Type) { Inputs = o.Inputs, Outputs = o.Outputs, Arguments = o.Arguments, Engine = engine })],
        };

        Caffe2ImportResult result = SmallCaffe2Classifier.Import(QuantizedInit(), predict);

        result.Warnings.Should().ContainSingle().Which.Should().Contain($"'{engine}' instead of DNNLOWP").And.Contain("5 operators");
        Run(result.Model).Should().Equal(Run(SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict()).Model));
    }

    private static float[] Run(OnnxModel model) => ModelRun.Of(model, ("data", [1, 2, 4, 4], Data)).Values;

    /// <summary>Computes the features of the float network by its definition.</summary>
    private static double[] Features()
    {
        double[] features = new double[2];
        double[] scale = [1, 2], offset = [0, 1], variance = [1, 4];
        for (int m = 0; m < 2; m++)
        {
            double[] sums = new double[16];
            for (int i = 0; i < 16; i++)
            {
                double value = 0;
                for (int k = 0; k < 18; k++)
                {
                    (int y, int x) = ((i / 4) + (k % 9 / 3) - 1, (i % 4) + (k % 3) - 1);
                    value += y is >= 0 and < 4 && x is >= 0 and < 4 ? ((m * 18) + k - 18) / 16.0 * Data[(k / 9 * 16) + (y * 4) + x] : 0;
                }

                double normalized = ((value - 0.25) / Math.Sqrt(variance[m] + 1e-5) * scale[m]) + offset[m];
                sums[i] = Math.Max(0, normalized) + value;
            }

            features[m] = Enumerable.Range(0, 4).Average(
                w => Enumerable.Range(0, 4).Max(i => sums[(((w / 2 * 2) + (i / 2)) * 4) + (w % 2 * 2) + (i % 2)]));
        }

        return features;
    }
}
