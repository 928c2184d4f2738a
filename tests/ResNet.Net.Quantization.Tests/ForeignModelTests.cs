using System.IO.Compression;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Quantizes networks as other tools export them: computed constants, asymmetric pads, no head, old and new versions.</summary>
public class ForeignModelTests
{
    private const double LeastSqnr = 20;

    [Theory]
    [InlineData(3, 7, QuantizationFormat.Qdq)]
    [InlineData(3, 8, QuantizationFormat.QOperator)]
    [InlineData(4, 9, QuantizationFormat.Qdq)]
    [InlineData(6, 11, QuantizationFormat.Qdq)]
    [InlineData(8, 13, QuantizationFormat.QOperator)]
    [InlineData(8, 17, QuantizationFormat.QOperator)]
    [InlineData(9, 19, QuantizationFormat.Qdq)]
    [InlineData(10, 21, QuantizationFormat.QOperator)]
    [InlineData(10, 22, QuantizationFormat.Qdq)]
    [InlineData(11, 23, QuantizationFormat.QOperator)]
    [InlineData(11, 23, QuantizationFormat.Qdq)]
    public void Quantize_HeadlessNetworkWithAsymmetricPads_IsCloseToFloat(long irVersion, long opset, QuantizationFormat format)
    {
        OnnxModel model = Backbone(irVersion, opset);

        QuantizationResult result = Quantize(model, format);

        result.Report.Layers.Should().HaveCount(6).And.OnlyContain(l => l.IsQuantized);
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Quantize_PadsAndWeightsOfParts_AreFolded(QuantizationFormat format)
    {
        OnnxModel model = Backbone(8, 13);
        OnnxGraph graph = model.Graph;
        OnnxNode last = graph.FindProducer("c1")!;
        OnnxTensor weight = graph.FindInitializer(last.Inputs[1])!;
        graph.Initializers.Add(OnnxTensor.Create<long>("weight_shape", [4], [.. weight.Shape]));
        graph.Nodes.Insert(0, new OnnxNode("Add", [weight.Name, "zeros"], ["computed"]));
        graph.Nodes.Insert(0, new OnnxNode("ConstantOfShape", ["weight_shape"], ["zeros"]));
        last.Inputs[1] = "computed";

        QuantizationResult result = Quantize(model, format);

        result.Report.Layers.Should().HaveCount(6).And.OnlyContain(l => l.IsQuantized);
        result.Report.Notes.Should().Contain("2 nodes of constants folded.");
        result.Model.Graph.Nodes.Should().NotContain(n => n.OpType == "ConstantOfShape");
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Quantize_FloatOperatorBetweenLayers_StaysFloat(QuantizationFormat format)
    {
        // Both outputs of the Split are inputs of integer layers.
        OnnxModel model = Backbone(8, 13);
        OnnxGraph graph = model.Graph;
        int at = graph.Nodes.IndexOf(graph.FindProducer("a1")!);
        OnnxNode add = graph.Nodes[at];
        graph.Initializers.Add(OnnxTensor.Create<long>("halves", [2], [4, 4]));
        graph.Nodes.Insert(at, new OnnxNode("Concat", ["lower", "upper"], ["joined"]));
        graph.Nodes[at].Attributes.Set("axis", 1);
        graph.Nodes.Insert(at, new OnnxNode("Add", ["first", "second"], ["upper"], "halves_node"));
        graph.Nodes.Insert(at, new OnnxNode("Softplus", ["second"], ["lower"]));
        OnnxNode split = new("Split", [add.Inputs[0], "halves"], ["first", "second"]);
        split.Attributes.Set("axis", 1);
        graph.Nodes.Insert(at, split);
        add.Inputs[0] = "joined";
        model.ThrowIfInvalid();

        QuantizationResult result = Quantize(model, format);

        result.Model.Graph.Nodes.Should().Contain(n => n.OpType == "Split").And.Contain(n => n.OpType == "Softplus");
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [SharedFact]
    public void Quantize_RealResNet18_KeepsFeaturesOfPhotos()
    {
        OnnxModel model = OnnxModel.Load(TestFolders.ResNet18Backbone);
        model.Check().Should().BeEmpty();
        PreprocessingProfile profile = ResNetVariant.ResNet18Backbone.Profile;
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        byte[][] photos
            = [.. archive.Entries.Where(e => e.Length > 0).OrderBy(e => e.FullName, StringComparer.Ordinal).Take(80).Select(Read)];
        CalibrationSet images = CalibrationSet.FromEncoded(
            [.. photos.Where((_, i) => i % 2 == 0).Select(p => new ReadOnlyMemory<byte>(p))], profile);

        QuantizationResult result = ResNetQuantizer.Quantize(model, images, new QuantizationOptions { SqnrImages = 0 });

        result.Report.Layers.Should().HaveCount(32).And.OnlyContain(l => l.IsQuantized);
        result.Report.QuantizedBytes.Should().BeLessThan(result.Report.FloatBytes * 10 / 39);
        using ResNetEmbedder exact = ResNetEmbedder.Create(ResNetVariant.ResNet18Backbone);
        using ResNetEmbedder quantized = ResNetEmbedder.Create(new ModelDefinition(result.Model.ToArray()) { Profile = profile });
        double[] cosines =
        [
            .. photos.Where((_, i) => i % 2 == 1)
                .Select(p => exact.Embed(p).Zip(quantized.Embed(p), (a, b) => (double)a * b).Sum()),
        ];
        cosines.Average().Should().BeGreaterThanOrEqualTo(0.998);
        cosines.Min().Should().BeGreaterThan(0.98);

        static byte[] Read(ZipArchiveEntry entry)
        {
            using MemoryStream file = new();
            using Stream stream = entry.Open();
            stream.CopyTo(file);
            return file.ToArray();
        }
    }

    [Fact]
    public void Quantize_ChannelsLast_ResultTakesTheTensorOfTheImages()
    {
        OnnxModel planar = SmallNetworks.Residual();
        OnnxModel model = WithInput(planar, OnnxElementType.Float);

        QuantizationResult result = Quantize(model, QuantizationFormat.Qdq);

        result.Report.Notes.Should().Contain(n => n.Contains("is converted from Float [N, 3, 16, 16]"));
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(planar, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [Fact]
    public void Quantize_Bytes_ResultStatesTheProfileOfTheImages()
    {
        OnnxModel model = WithInput(SmallNetworks.Residual(), OnnxElementType.UInt8);
        PreprocessingProfile profile = PreprocessingProfile.Cifar10.WithCrop(SmallNetworks.Size, SmallNetworks.Size) with
        {
            Range = ValueRange.ZeroTo255,
            Mean = default,
            Std = new ChannelValues(1, 1, 1),
        };
        CalibrationSet images = CalibrationSet.FromFiles(TestFolders.SampleImagePaths, profile);

        QuantizationResult result = ResNetQuantizer.Quantize(model, images, new QuantizationOptions { SqnrImages = 0 });

        using ResNetClassifier exact = ResNetClassifier.Create(new ModelDefinition(model.ToArray()) { Profile = profile });
        using ResNetClassifier quantized = ResNetClassifier.Create(new ModelDefinition(result.Model.ToArray()));
        quantized.Profile.Should().Be(profile);
        byte[] pixels = new byte[3 * SmallNetworks.Size * SmallNetworks.Size];
        new Random(22).NextBytes(pixels);
        (float[] expected, float[] actual) = (new float[SmallNetworks.Classes], new float[SmallNetworks.Classes]);
        exact.GetScores(new PixelView(pixels, SmallNetworks.Size, SmallNetworks.Size), expected);
        quantized.GetScores(new PixelView(pixels, SmallNetworks.Size, SmallNetworks.Size), actual);
        Runs.Sqnr(expected, actual).Should().BeGreaterThan(LeastSqnr);

        Action tensors = () => Quantize(model, QuantizationFormat.Qdq);
        tensors.Should().Throw<QuantizationException>().WithMessage("*UInt8*Create the calibration set from image files.");
    }

    /// <summary>Returns a network with another type of input, <c>[N, 16, 16, 3]</c>.</summary>
    private static OnnxModel WithInput(OnnxModel source, OnnxElementType type)
    {
        OnnxModel model = source.Clone();
        OnnxGraph graph = model.Graph;
        OnnxValueInfo input = graph.FeedInputs.Single();
        graph.ReplaceUses(input.Name, "planar");
        OnnxNode transpose = new("Transpose", ["numbers"], ["planar"]);
        transpose.Attributes.Set("perm", [0L, 3L, 1L, 2L]);
        OnnxNode cast = new("Cast", [input.Name], ["numbers"]);
        cast.Attributes.Set("to", (long)OnnxElementType.Float);
        graph.Nodes.Insert(0, transpose);
        graph.Nodes.Insert(0, cast);
        input.ElementType = type;
        input.Shape = ["N", SmallNetworks.Size, SmallNetworks.Size, 3];
        return model;
    }

    private static QuantizationResult Quantize(OnnxModel model, QuantizationFormat format)
        => ResNetQuantizer.Quantize(model, SmallNetworks.Calibration(), new QuantizationOptions { Format = format, SqnrImages = 0 });

    /// <summary>
    /// Builds a residual block without a head. Up to IR version 3, its initializers are no graph inputs, as CNTK writes them.
    /// </summary>
    private static OnnxModel Backbone(long irVersion, long opset)
    {
        SmallNetworks.Net net = new(17, opset, "backbone");
        net.Conv("x", "c0", 3, 8, 3, 1, bias: true).Node("Relu", ["c0"], "r0");
        net.Pool("MaxPool", "r0", "p0", 3, 2, 0);
        net.Conv("p0", "c1", 8, 8, 3, 1, bias: true).Node("Add", ["c1", "p0"], "a1").Node("Relu", ["a1"], "r1");
        net.Pool("AveragePool", "r1", "p1", 2, 1, 0).Pool("AveragePool", "p1", "p2", 3, 1, 0).Node("GlobalAveragePool", ["p2"], "features");
        OnnxModel model = net.Build();
        OnnxGraph graph = model.Graph;
        graph.FindProducer("p0")!.Attributes.Set("pads", [0, 0, 1, 1]);
        graph.FindProducer("c1")!.Attributes.Set("pads", [2, 0, 0, 2]);
        graph.FindProducer("p1")!.Attributes.Set("pads", [0, 1, 1, 0]);
        graph.FindProducer("p2")!.Attributes.Remove("pads");
        graph.Outputs[0].Shape = ["N", 8, 1, 1];
        model.IrVersion = irVersion;
        graph.DropInitializerInputs();
        return model;
    }
}
