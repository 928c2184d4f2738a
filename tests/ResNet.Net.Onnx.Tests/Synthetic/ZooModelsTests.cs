using System.Security.Cryptography;

namespace ResNet.Net.Onnx.Tests;

public sealed class ZooModelsTests
{
    // MXNet's documentation counts parameters with the statistics.
    private static readonly Dictionary<string, (long Parameters, int Nodes)> MxnetFiles = new()
    {
        ["resnet18-v1-7"] = (11_699_112, 69),
        ["resnet34-v1-7"] = (21_814_696, 125),
        ["resnet50-v1-7"] = (25_629_032, 175),
        ["resnet101-v1-7"] = (44_695_144, 345),
        ["resnet152-v1-7"] = (60_404_072, 515),
        ["resnet18-v2-7"] = (11_695_796, 69),
        ["resnet34-v2-7"] = (21_811_380, 125),
        ["resnet50-v2-7"] = (25_595_060, 174),
        ["resnet101-v2-7"] = (44_639_412, 344),
        ["resnet152-v2-7"] = (60_329_140, 514),
    };

    public static TheoryData<string> Ids => [.. ZooModels.Ids];

    [Fact]
    public void Ids_MatchTheCatalog()
        => ZooModels.Ids.Should().BeEquivalentTo(ResNetVariant.All.Where(v => v.TestData is not null).Select(v => v.Id));

    [Fact]
    public void Build_UnknownId_ThrowsWithTheValidIds()
    {
        Action build = () => ZooModels.Build("resnet51");

        build.Should().Throw<ArgumentException>().WithMessage("*resnet51*resnet50-v1-7*");
    }

    // One test per model for all its properties, because the models are large.
    [Theory]
    [MemberData(nameof(Ids))]
    public void Build_EveryId_MatchesThePublishedFile(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);

        OnnxModel model = ZooModels.Build(id);

        model.Check().Should().BeEmpty();
        model.Opset.Should().Be(variant.Opset);
        model.Graph.FeedInputs.Should().ContainSingle().Which.Name.Should().Be(variant.InputName);
        model.Graph.Outputs.Should().ContainSingle().Which.Name.Should().Be(variant.OutputName);
        if (variant.FeatureName is string feature)
        {
            model.Graph.FindProducer(feature).Should().NotBeNull();
        }

        ((double)model.CalculateSize()).Should().BeApproximately(variant.Bytes!.Value, MaxSizeDifference(variant));
        if (MxnetFiles.TryGetValue(id, out (long Parameters, int Nodes) expected))
        {
            model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.Float).Sum(t => t.Length).Should().Be(expected.Parameters);
            model.Graph.Nodes.Should().HaveCount(expected.Nodes);
        }

        WeightsShouldBeNormalNumbers(model);
        LogitsShouldBeRealistic(model, variant);
    }

    [Fact]
    public void Build_SameSeed_ReturnsTheSameBytes()
    {
        byte[] first = Hash(0);

        Hash(0).Should().Equal(first);
        Hash(1).Should().NotEqual(first);

        static byte[] Hash(int seed) => SHA256.HashData(ZooModels.Build("resnet18-v1-7", seed).ToArray());
    }

    [Fact]
    public void Build_ResNet50V1_HasTheNamesOfTheFile()
    {
        OnnxGraph graph = ZooModels.Build("resnet50-v1-7").Graph;

        graph.Nodes.Select(n => n.Name).Should().ContainInOrder(
            "resnetv17_conv0_fwd", "resnetv17_batchnorm0_fwd", "resnetv17_relu0_fwd", "resnetv17_pool0_fwd",
            "resnetv17_stage1_conv0_fwd", "resnetv17_stage1_relu1_fwd", "resnetv17_stage1_conv2_fwd", "resnetv17_stage1_batchnorm2_fwd",
            "resnetv17_stage1_conv3_fwd", "resnetv17_stage1_batchnorm3_fwd", "resnetv17_stage1__plus0", "resnetv17_stage1_activation0",
            "resnetv17_stage1_conv4_fwd", "resnetv17_stage4_activation2", "resnetv17_pool1_fwd", "flatten_473", "resnetv17_dense0_fwd");
        OnnxNode strided = graph.Nodes.Single(n => n.Name == "resnetv17_stage2_conv0_fwd");
        strided.Attributes.GetInts("strides").Should().Equal(2, 2);
        strided.Inputs.Should().HaveCount(3, "Gluon's 1x1 convolutions have a bias");
        graph.Name.Should().Be("mxnet_converted_model");
    }

    [Fact]
    public void Build_ResNet18V2_HasTheReshapeOfTheFile()
    {
        OnnxGraph graph = ZooModels.Build("resnet18-v2-7").Graph;

        OnnxNode reshape = graph.Nodes.Single(n => n.Is("Reshape"));
        reshape.Name.Should().Be("resnetv22_flatten0_reshape0");
        reshape.Inputs[1].Should().Be("reshape_attr_tensor164");
        graph.FindInitializer("reshape_attr_tensor164")!.ToArray<long>().Should().Equal(0, -1);
        graph.Inputs.Select(i => i.Name).Should().StartWith(
        [
            "data", "resnetv22_batchnorm0_gamma", "resnetv22_batchnorm0_beta", "resnetv22_batchnorm0_running_mean",
            "resnetv22_batchnorm0_running_var", "resnetv22_conv0_weight",
        ]);
    }

    [Fact]
    public void Build_Int8_HasTheOperatorsOfTheFileAndTheScoresOfTheFloatModel()
    {
        OnnxModel model = ZooModels.Build("resnet50-v1-12-int8");

        model.Graph.Nodes.CountBy(n => n.OpType).Should().BeEquivalentTo(new Dictionary<string, int>
        {
            ["QLinearConv"] = 53,
            ["QLinearAdd"] = 17,
            ["QLinearGlobalAveragePool"] = 1,
            ["QLinearMatMul"] = 1,
            ["QuantizeLinear"] = 2,
            ["DequantizeLinear"] = 2,
            ["MaxPool"] = 1,
            ["Flatten"] = 1,
        });
        model.Graph.FindProducer("flatten_473_quantized")!.Is("QuantizeLinear").Should().BeTrue();
        model.Graph.Nodes.Should().Contain(n => n.Name == "fused resnetv17_stage1_conv0_fwd_quant");
        model.Graph.Initializers.Where(t
            => t.Name.EndsWith("_zero_point", StringComparison.Ordinal) && !t.Name.Contains("weight", StringComparison.Ordinal))
            .Should().OnlyContain(t => t.ElementType == OnnxElementType.UInt8);
        float[] expected = Run(ZooModels.Build("resnet50-v1-12"), ResNetVariant.ResNet50V1Opset12);
        Correlation(Run(model, ResNetVariant.ResNet50V1Opset12), expected).Should().BeGreaterThan(0.9);
        Correlation(Run(ZooModels.Build("resnet50-v1-12-qdq"), ResNetVariant.ResNet50V1Opset12), expected).Should().BeGreaterThan(0.9);
    }

    [Theory]
    [InlineData("resnet50-caffe2-v1-3")]
    [InlineData("resnet50-caffe2-v1-6")]
    public void Build_OldCaffe2File_UpgradedComputesWhatOpset9Computes(string id)
    {
        OnnxModel old = ZooModels.Build(id);

        OpsetUpgrader.Upgrade(old, 9);

        float[] expected = Run(ZooModels.Build("resnet50-caffe2-v1-9"), ResNetVariant.Parse(id));
        float[] actual = Run(old, ResNetVariant.Parse(id));
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-5f);
        expected.Max().Should().BeGreaterThan(2e-3f, "uniform scores would also agree");
    }

    [PythonOnnxFact]
    public async Task Build_EveryTopology_IsAcceptedByOnnx()
    {
        using TemporaryFolder folder = new();
        List<string> paths = [];
        foreach (string id in new[] { "resnet18-v1-7", "resnet18-v2-7", "resnet50-caffe2-v1-6", "resnet50-v1-12", "resnet50-v1-12-qdq" })
        {
            paths.Add(folder[id + ".onnx"]);
            ZooModels.Build(id).Save(paths[^1]);
        }

        (await OnnxChecker.ComplaintsAsync(paths, full: false)).Should().BeEmpty();
    }

    // tests/Synthetic/README.md explains the differences.
    private static double MaxSizeDifference(ResNetVariant variant) => variant switch
    {
        { Precision: ModelPrecision.Int8 } => variant.Bytes!.Value * 0.001,
        { Opset: 3 } => 64,
        _ => 0,
    };

    private static void WeightsShouldBeNormalNumbers(OnnxModel model)
    {
        foreach (OnnxTensor tensor in model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.Float))
        {
            foreach (float value in tensor.AsSpan<float>())
            {
                if (!float.IsNormal(value) && value != 0)
                {
                    throw new InvalidOperationException($"{tensor} contains {value}.");
                }
            }
        }
    }

    private static void LogitsShouldBeRealistic(OnnxModel model, ResNetVariant variant)
    {
        if (model.Opset < 7)
        {
            OpsetUpgrader.Upgrade(model, 9);
        }

        float[] scores = Run(model, variant);
        List<int> best = [];
        foreach (float[] output in scores.Chunk(1000))
        {
            output.Should().OnlyContain(v => float.IsFinite(v));
            float[] logits = variant.OutputKind == OutputKind.Probabilities ? [.. output.Select(v => MathF.Log(v))] : output;
            (logits.Max() - logits.Average()).Should().BeInRange(2, 20);
            best.Add(Array.IndexOf(logits, logits.Max()));
        }

        best.Distinct().Count().Should().BeGreaterThan(1, "the prediction depends on the image");
    }

    private static float[] Run(OnnxModel model, ResNetVariant variant)
    {
        const int Length = 3 * 224 * 224;
        float[] images = SampleImages.Preprocess(variant.Profile);

        // The batch size of Caffe2's files is fixed at 1.
        int batch = variant.Origin == ModelOrigin.Caffe2 ? 1 : SampleImages.Count;
        return [.. images.Chunk(batch * Length).SelectMany(i => ModelRun.Of(model, (variant.InputName, [batch, 3, 224, 224], i)).Values)];
    }

    private static double Correlation(float[] a, float[] b)
    {
        (double meanA, double meanB) = (a.Average(v => (double)v), b.Average(v => (double)v));
        double product = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return product / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }
}
