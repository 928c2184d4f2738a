using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

public class QuantizedModelWriterTests
{
    // The operators that an optimized graph may contain.
    private static readonly HashSet<string> Integer =
    [
        "QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QLinearAveragePool", "QGemm", "MaxPool", "NhwcMaxPool", "Flatten",
        "Reshape", "QuantizeLinear", "Transpose", "Squeeze",
    ];

    // Each layer's input is what ONNX Runtime computed, so that errors don't accumulate.
    [Fact]
    public void Write_QOperator_EveryLayerMatchesIntegerReference()
    {
        OnnxModel model = EmbeddedModel.Of(QuantizationFormat.QOperator).Model.Clone();
        OnnxNode[] layers = [.. model.Graph.Nodes.Where(n => n.OpType.StartsWith('Q') && n.OpType != "QuantizeLinear")];
        layers.Select(n => n.OpType).GroupBy(o => o).ToDictionary(g => g.Key, g => g.Count()).Should().Equal(
            new Dictionary<string, int> { ["QLinearConv"] = 21, ["QLinearAdd"] = 9, ["QLinearGlobalAveragePool"] = 1, ["QGemm"] = 1 });

        Dictionary<string, IntegerTensor> values = IntegerTensor.Read(model, EmbeddedModel.Image(3), EmbeddedModel.Size);
        float[] scores = Runs.Scores(model, EmbeddedModel.Image(3), EmbeddedModel.Size);
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
                Math.Abs(actual[i] - reference.Exact[i])
                    .Should().BeLessThanOrEqualTo(0.5 + 1e-3, "{0}, element {1}: the nearest integer to {2}", node, i, reference.Exact[i]);
            }
        }
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("residual")]
    [InlineData("preactivation")]
    public void Write_FullyOptimizedQdq_GivesTheScoresOfQOperator(string network)
    {
        (OnnxModel model, CalibrationSet images, int size) = Network(network);
        float[] planes = new float[3 * size * size];
        OnnxModel qdq = ResNetQuantizer.Quantize(model, images, new QuantizationOptions { SqnrImages = 0 }).Model;
        OnnxModel integer = ResNetQuantizer.Quantize(
            model, images, new QuantizationOptions { Format = QuantizationFormat.QOperator, SqnrImages = 0 }).Model;
        for (int i = 0; i < Math.Min(images.Count, 5); i++)
        {
            images.Read(i, planes);

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
    public void Write_Qdq_EveryLayerBecomesAnIntegerOperator(string network)
    {
        (OnnxModel model, CalibrationSet images, int size) = Network(network);
        OnnxModel quantized = ResNetQuantizer.Quantize(model, images, new QuantizationOptions { SqnrImages = 0 }).Model;
        using TemporaryFolder folder = new();
        string path = folder["optimized.onnx"];

        SessionSettings settings = new() { IntraOpThreads = 1, Configure = o => o.OptimizedModelFilePath = path };
        using (OrtSession.FromMemory(quantized.ToArray(), network, settings))
        {
        }

        // Nodes before the first quantization and after the scores stay float.
        HashSet<string> allowed =
        [
            .. Integer,
            .. network switch { "preactivation" => ["BatchNormalization"], "caffe2" => ["Softmax"], _ => Array.Empty<string>() },
        ];
        OnnxModel optimized = OnnxModel.Load(path);
        optimized.Graph.Nodes.Where(n => !allowed.Contains(n.OpType)).Select(n => n.ToString()).Should().BeEmpty();
        optimized.Graph.Nodes.Count(n => n.OpType == "QLinearConv").Should().Be(quantized.Graph.Nodes.Count(n => n.OpType == "Conv"));
        optimized.Graph.Nodes.Count(n => n.OpType == "QuantizeLinear").Should().Be(1, "the network stays in integers");
    }

    [Theory]
    [InlineData("residual", QuantizationFormat.Qdq)]
    [InlineData("residual", QuantizationFormat.QOperator)]
    [InlineData("preactivation", QuantizationFormat.Qdq)]
    [InlineData("preactivation", QuantizationFormat.QOperator)]
    [InlineData("caffe2", QuantizationFormat.Qdq)]
    [InlineData("caffe2", QuantizationFormat.QOperator)]
    public void Write_AnyNetwork_ApproximatesTheFloatScores(string network, QuantizationFormat format)
    {
        (OnnxModel model, CalibrationSet images, int size) = Network(network);
        foreach (UnfoldedBatchNormalization unfolded in Enum.GetValues<UnfoldedBatchNormalization>())
        {
            OnnxModel quantized = ResNetQuantizer.Quantize(
                model, images, new QuantizationOptions { Format = format, UnfoldedBatchNormalization = unfolded, SqnrImages = 0 }).Model;
            foreach (ReadOnlyMemory<float> image in SmallNetworks.Images(4))
            {
                Runs.Sqnr(Runs.Scores(model, image, size), Runs.Scores(quantized, image, size)).Should().BeGreaterThan(20);
            }
        }
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Write_AnyLayerInFloat_ApproximatesTheFloatScores(QuantizationFormat format)
    {
        OnnxModel model = SmallNetworks.Residual();
        CalibrationSet images = SmallNetworks.Calibration();
        ReadOnlyMemory<float> image = SmallNetworks.Images(1)[0];
        float[] expected = Runs.Scores(model, image);
        foreach (string layer in ResNetQuantizer.Quantize(model, images).Report.Layers.Select(l => l.Name))
        {
            QuantizationResult result = ResNetQuantizer.Quantize(
                model, images, new QuantizationOptions { Format = format, FloatLayers = [layer], SqnrImages = 0 });

            result.Report.Layers.Where(l => !l.IsQuantized).Should().ContainSingle().Which.Name.Should().Be(layer);
            Runs.Sqnr(expected, Runs.Scores(result.Model, image)).Should().BeGreaterThan(20);
        }
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Write_EveryLayerInFloat_GivesTheFloatScores(QuantizationFormat format)
    {
        OnnxModel model = SmallNetworks.Residual();
        string[] layers = [.. ResNetQuantizer.Quantize(model, SmallNetworks.Calibration()).Report.Layers.Select(l => l.Name)];
        ReadOnlyMemory<float> image = SmallNetworks.Images(1)[0];

        OnnxModel unquantized = ResNetQuantizer.Quantize(
            model, SmallNetworks.Calibration(), new QuantizationOptions { Format = format, FloatLayers = layers, SqnrImages = 0 }).Model;

        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(unquantized, image)).Should().BeGreaterThan(100);
    }

    [PythonOnnxFact]
    public async Task Write_Qdq_PassesTheOnnxChecker()
    {
        using TemporaryFolder folder = new();
        List<string> paths = [];
        foreach (string network in new[] { "embedded", "residual", "preactivation", "caffe2" })
        {
            (OnnxModel model, CalibrationSet images, _) = Network(network);
            foreach (ActivationType type in Enum.GetValues<ActivationType>())
            {
                paths.Add(folder[$"{network}-{type}.onnx"]);
                ResNetQuantizer.Quantize(
                    model, images, new QuantizationOptions { ActivationType = type, SqnrImages = 0 }).Model.Save(paths[^1]);
            }
        }

        (await OnnxChecker.ComplaintsAsync(paths)).Should().BeEmpty();
    }

    [Fact]
    public void Write_SymmetricInt8_HasZeroPointsOfZero()
    {
        QuantizationResult result = ResNetQuantizer.Quantize(
            SmallNetworks.Residual(),
            SmallNetworks.Calibration(),
            new QuantizationOptions { ActivationType = ActivationType.Int8, SqnrImages = 0 });
        ReadOnlyMemory<float> image = SmallNetworks.Images(1)[0];

        result.Report.Layers.Select(l => l.Output).OfType<ActivationReport>().Should().OnlyContain(o => o.ZeroPoint == 0);
        result.Model.Graph.Initializers.Should().NotContain(t => t.ElementType == OnnxElementType.UInt8);
        Runs.Sqnr(Runs.Scores(SmallNetworks.Residual(), image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(20);
    }

    [Fact]
    public void Write_ReduceRange_KeepsSumsOfTwoProductsWithin16Bits()
    {
        QuantizationResult result = ResNetQuantizer.Quantize(
            EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { ReduceRange = true, SqnrImages = 0 });

        OnnxTensor[] weights = [.. result.Model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.Int8 && t.Shape.Count > 1)];
        weights.Should().HaveCount(22);
        foreach (OnnxTensor tensor in weights)
        {
            tensor.ToArray<sbyte>().Max(w => 2 * 255 * Math.Abs((int)w)).Should().BeInRange(1, short.MaxValue);
        }
    }

    private static (OnnxModel Model, CalibrationSet Images, int Size) Network(string name) => name switch
    {
        "embedded" => (EmbeddedModel.Float, EmbeddedModel.Images, EmbeddedModel.Size),
        "residual" => (SmallNetworks.Residual(), SmallNetworks.Calibration(), SmallNetworks.Size),
        "preactivation" => (SmallNetworks.PreActivation(), SmallNetworks.Calibration(), SmallNetworks.Size),
        _ => (SmallNetworks.Caffe2(), SmallNetworks.Calibration(), SmallNetworks.Size),
    };
}
