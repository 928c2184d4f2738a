using ResNet.Net.Internals.Inference;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests.Internals.Graphs;

public class QuantizedModelWriterTests
{
    // Of the integer operators that the optimised graph may have, and no others that compute.
    private static readonly HashSet<string> Integer = ["QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QLinearAveragePool", "QGemm", "MaxPool", "NhwcMaxPool", "Flatten", "Reshape", "QuantizeLinear", "Transpose", "Squeeze"];

    /// <summary>Every integer layer of the embedded model against integer arithmetic written out, on what ONNX Runtime itself gave it: no step off but where a product lies between two.</summary>
    [Fact]
    public void Write_QOperator_EveryLayerEqualsALiteralIntegerReference()
    {
        OnnxModel model = EmbeddedModel.Of(QuantizationFormat.QOperator).Model.Clone();
        OnnxNode[] layers = [.. model.Graph.Nodes.Where(n => n.OpType.StartsWith('Q') && n.OpType != "QuantizeLinear")];
        layers.Select(n => n.OpType).GroupBy(o => o).ToDictionary(g => g.Key, g => g.Count()).Should().Equal(
            new Dictionary<string, int> { ["QLinearConv"] = 21, ["QLinearAdd"] = 9, ["QLinearGlobalAveragePool"] = 1, ["QGemm"] = 1 });

        Dictionary<string, IntegerTensor> values = IntegerTensor.Read(model, EmbeddedModel.Picture(3), EmbeddedModel.Size);
        float[] scores = Runs.Scores(model, EmbeddedModel.Picture(3), EmbeddedModel.Size);
        foreach (OnnxNode node in layers)
        {
            if (node.OpType == "QGemm")
            {
                float[] expected = IntegerReference.Gemm(model.Graph, node, values);
                scores.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f);
                continue;
            }

            IntegerReference.Result reference = IntegerReference.Run(model.Graph, node, values);
            byte[] actual = values[node.Outputs[0]].Values;
            actual.Should().HaveSameCount(reference.Exact, node.ToString());
            for (int i = 0; i < actual.Length; i++)
            {
                Math.Abs(actual[i] - reference.Exact[i]).Should().BeLessThanOrEqualTo(0.5 + 1e-3, "{0}, element {1}: the nearest integer to {2}", node, i, reference.Exact[i]);
            }
        }
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("residual")]
    [InlineData("preactivation")]
    public void Write_Qdq_FullyOptimisedGivesTheScoresOfQOperator(string network)
    {
        (OnnxModel model, CalibrationSet pictures, int size) = Network(network);
        float[] planes = new float[3 * size * size];
        OnnxModel qdq = ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { NoisePictures = 0 }).Model;
        OnnxModel integer = ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { Format = QuantizationFormat.QOperator, NoisePictures = 0 }).Model;
        for (int i = 0; i < Math.Min(pictures.Count, 5); i++)
        {
            pictures.Read(i, planes);

            float[] expected = Runs.Scores(integer, planes, size);
            float[] actual = Runs.Scores(qdq, planes, size);

            actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f * expected.Max(Math.Abs));
        }
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("residual")]
    [InlineData("preactivation")]
    [InlineData("caffe2")]
    public void Write_Qdq_OnnxRuntimeTurnsEveryLayerIntoAnIntegerOne(string network)
    {
        (OnnxModel model, CalibrationSet pictures, int size) = Network(network);
        OnnxModel quantized = ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { NoisePictures = 0 }).Model;
        using TemporaryFolder folder = new();
        string path = folder["optimised.onnx"];

        using (OrtSession.FromMemory(quantized.ToArray(), network, new SessionSettings { IntraOpThreads = 1, Configure = o => o.OptimizedModelFilePath = path }))
        {
        }

        // What lies before the first quantization and behind the scores is float on purpose.
        HashSet<string> allowed = [.. Integer, .. network switch { "preactivation" => ["BatchNormalization"], "caffe2" => ["Softmax"], _ => Array.Empty<string>() }];
        OnnxModel optimised = OnnxModel.Load(path);
        optimised.Graph.Nodes.Where(n => !allowed.Contains(n.OpType)).Select(n => n.ToString()).Should().BeEmpty();
        optimised.Graph.Nodes.Count(n => n.OpType == "QLinearConv").Should().Be(quantized.Graph.Nodes.Count(n => n.OpType == "Conv"));
        optimised.Graph.Nodes.Count(n => n.OpType == "QuantizeLinear").Should().Be(1, "the network leaves integers nowhere");
    }

    [Theory]
    [InlineData("residual", QuantizationFormat.Qdq)]
    [InlineData("residual", QuantizationFormat.QOperator)]
    [InlineData("preactivation", QuantizationFormat.Qdq)]
    [InlineData("preactivation", QuantizationFormat.QOperator)]
    [InlineData("caffe2", QuantizationFormat.Qdq)]
    [InlineData("caffe2", QuantizationFormat.QOperator)]
    public void Write_AnyNetwork_GivesNearlyTheFloatScores(string network, QuantizationFormat format)
    {
        (OnnxModel model, CalibrationSet pictures, int size) = Network(network);
        foreach (UnfoldedBatchNormalization unfolded in Enum.GetValues<UnfoldedBatchNormalization>())
        {
            OnnxModel quantized = ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { Format = format, UnfoldedBatchNormalization = unfolded, NoisePictures = 0 }).Model;
            foreach (ReadOnlyMemory<float> picture in SmallNetworks.Pictures(4))
            {
                Runs.NoiseRatio(Runs.Scores(model, picture, size), Runs.Scores(quantized, picture, size)).Should().BeGreaterThan(20);
            }
        }
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Write_AnyLayerInFloat_GivesNearlyTheFloatScores(QuantizationFormat format)
    {
        OnnxModel model = SmallNetworks.Residual();
        CalibrationSet pictures = SmallNetworks.Calibration();
        ReadOnlyMemory<float> picture = SmallNetworks.Pictures(1)[0];
        float[] expected = Runs.Scores(model, picture);
        foreach (string layer in ResNetQuantizer.Quantize(model, pictures).Report.Layers.Select(l => l.Name))
        {
            QuantizationResult result = ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { Format = format, FloatLayers = [layer], NoisePictures = 0 });

            result.Report.Layers.Where(l => !l.IsQuantized).Should().ContainSingle().Which.Name.Should().Be(layer);
            Runs.NoiseRatio(expected, Runs.Scores(result.Model, picture)).Should().BeGreaterThan(20);
        }
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Write_EveryLayerInFloat_GivesTheFloatScores(QuantizationFormat format)
    {
        OnnxModel model = SmallNetworks.Residual();
        string[] layers = [.. ResNetQuantizer.Quantize(model, SmallNetworks.Calibration()).Report.Layers.Select(l => l.Name)];
        ReadOnlyMemory<float> picture = SmallNetworks.Pictures(1)[0];

        OnnxModel unquantized = ResNetQuantizer.Quantize(model, SmallNetworks.Calibration(), new QuantizationOptions { Format = format, FloatLayers = layers, NoisePictures = 0 }).Model;

        Runs.NoiseRatio(Runs.Scores(model, picture), Runs.Scores(unquantized, picture)).Should().BeGreaterThan(100);
    }

    [PythonOnnxFact]
    public async Task Write_Qdq_OnnxsOwnCheckerAcceptsIt()
    {
        using TemporaryFolder folder = new();
        List<string> paths = [];
        foreach (string network in new[] { "embedded", "residual", "preactivation", "caffe2" })
        {
            (OnnxModel model, CalibrationSet pictures, _) = Network(network);
            foreach (ActivationType type in Enum.GetValues<ActivationType>())
            {
                paths.Add(folder[$"{network}-{type}.onnx"]);
                ResNetQuantizer.Quantize(model, pictures, new QuantizationOptions { ActivationType = type, NoisePictures = 0 }).Model.Save(paths[^1]);
            }
        }

        (await OnnxChecker.ComplaintsAsync(paths)).Should().BeEmpty();
    }

    [Fact]
    public void Write_SymmetricInt8_KeepsZeroPointsAtZeroAndNearlyTheScores()
    {
        QuantizationResult result = ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { ActivationType = ActivationType.Int8, NoisePictures = 0 });
        ReadOnlyMemory<float> picture = SmallNetworks.Pictures(1)[0];

        result.Report.Layers.Select(l => l.Output).OfType<ActivationReport>().Should().OnlyContain(o => o.ZeroPoint == 0);
        result.Model.Graph.Initializers.Should().NotContain(t => t.ElementType == OnnxElementType.UInt8);
        Runs.NoiseRatio(Runs.Scores(SmallNetworks.Residual(), picture), Runs.Scores(result.Model, picture)).Should().BeGreaterThan(20);
    }

    [Fact]
    public void Write_ReduceRange_KeepsEveryProductOfTwoPairsWithinSixteenBits()
    {
        QuantizationResult result = ResNetQuantizer.Quantize(EmbeddedModel.Float, EmbeddedModel.Pictures, new QuantizationOptions { ReduceRange = true, NoisePictures = 0 });

        OnnxTensor[] weights = [.. result.Model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.Int8 && t.Shape.Count > 1)];
        weights.Should().HaveCount(22);
        foreach (OnnxTensor tensor in weights)
        {
            tensor.ToArray<sbyte>().Max(w => 2 * 255 * Math.Abs((int)w)).Should().BeInRange(1, short.MaxValue);
        }
    }

    private static (OnnxModel Model, CalibrationSet Pictures, int Size) Network(string name) => name switch
    {
        "embedded" => (EmbeddedModel.Float, EmbeddedModel.Pictures, EmbeddedModel.Size),
        "residual" => (SmallNetworks.Residual(), SmallNetworks.Calibration(), SmallNetworks.Size),
        "preactivation" => (SmallNetworks.PreActivation(), SmallNetworks.Calibration(), SmallNetworks.Size),
        _ => (SmallNetworks.Caffe2(), SmallNetworks.Calibration(), SmallNetworks.Size),
    };
}
