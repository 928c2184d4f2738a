using ResNet.Net.Onnx;

namespace ResNet.Net;

// The Caffe2 ResNet-50: the files that the zoo converted (the same weights, one file per opset), and Caffe2's own files.
public sealed partial record ResNetVariant
{
    /// <summary>Gets the Caffe2 ResNet-50 v1 with opset 3 and a fixed batch size of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset3 => field ??= Caffe2(
        opset: 3,
        bytes: 102_491_873,
        sha256: "22cbd5723582d9e4636c46da43732980c8a60f8fc74c37f15db522034e6ae84d",
        featureName: null,
        testDataBytes: 96_754_305,
        testDataSha256: "b83fbf3bc6a25ece62216e2ed801061383af864c1b1ddc9c18d0a08e6daead61");

    /// <summary>Gets the Caffe2 ResNet-50 v1 with opset 6 and a fixed batch size of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset6 => field ??= Caffe2(
        opset: 6,
        bytes: 102_490_291,
        sha256: "166b367d86f2afe34f7438154f2798d081b13d369df20c75b485b76763c16a0e",
        featureName: null,
        testDataBytes: 98_379_563,
        testDataSha256: "92df484b9242282bb3a8ee6e82849db3c82dd96d231f253c9287b483c6f119e5");

    /// <summary>Gets the Caffe2 ResNet-50 v1 with opset 7 and a fixed batch size of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset7 => field ??= Caffe2(
        opset: 7,
        bytes: 102_489_425,
        sha256: "48c377bd20b8e7c1b4a2e371c1badefbb9db906f57bcc5c800a28835c6b988bf",
        featureName: "gpu_0/pool5_1",
        testDataBytes: 95_636_370,
        testDataSha256: "c3c19b61bffe72bf94b6c0214c1f5f5375b3cca08ee24ec83fff515b6761ac57");

    /// <summary>Gets the Caffe2 ResNet-50 v1 with opset 8 and a fixed batch size of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset8 => field ??= Caffe2(
        opset: 8,
        bytes: 102_489_425,
        sha256: "4f4a244f1485883fbf4faa0f967409a747164733a7b59b2d07d124d6bbd26ae0",
        featureName: "gpu_0/pool5_1",
        testDataBytes: 95_636_234,
        testDataSha256: "04b0525962974065137fcf3d37cb4608d73f36e3d28bea5933af56e61cad35ce");

    /// <summary>Gets the Caffe2 ResNet-50 v1 with opset 9 and a fixed batch size of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset9 => field ??= Caffe2(
        opset: 9,
        bytes: 102_489_425,
        sha256: "822daa93e11ecd505f282eb16e02d7fa6d7a88a4db0c9f832320798e508ba0dd",
        featureName: "gpu_0/pool5_1",
        testDataBytes: 95_636_091,
        testDataSha256: "e0703ef13fefd8207747ec5713eb07fc87fa0ab1257e92a052bc7b761101d49c");

    /// <summary>
    /// Gets the ResNet-50 of Caffe2's model zoo in Caffe2's own format, in float32. Size and SHA-256 of both files are those of the Git LFS
    /// pointers in facebookarchive/models.
    /// </summary>
    /// <remarks>
    /// The store imports <c>init_net.pb</c> and <c>predict_net.pb</c> once and keeps the ONNX model. <see cref="Profile"/> is the
    /// preprocessing of the published accuracy.
    /// </remarks>
    public static ResNetVariant ResNet50Caffe2Float => field ??= Caffe2Pair(
        suffix: "",
        format: null,
        init: new VariantFile(
            InitNet, 128_070_759, "97046c44ecd15b3c8806f609a15d0cc52af7bdc8aa19c720f8a1f6abe68e9a74")
        {
            Address = new Uri($"{Caffe2Models}/{InitNet}"),
        },
        predict: new VariantFile(
            PredictNet, 31_649, "657081428cd8a8d9f1a6b20a8b6dba51725d3fc1eaabf0f19747a3b843e18a16")
        {
            Address = new Uri($"{Caffe2Models}/{PredictNet}"),
        },
        inputName: "gpu_0/data",
        outputName: "gpu_0/softmax",
        top1: 75.9);

    /// <summary>
    /// Gets the int8 ResNet-50 of Caffe2's model zoo in Caffe2's own format, quantized with 10,000 training images for the DNNLOWP engine.
    /// </summary>
    /// <remarks>
    /// <para>
    /// No size or SHA-256 of its <c>init_net.pb</c> is published, so <see cref="ModelStore"/> never downloads it. Download it from
    /// <see cref="VariantFile.Address"/> and place it in a local folder. The store records its hash at the first use and checks the shape
    /// of the network. The originally published <c>predict_net.pb</c> was damaged. The known hash is that of the repaired copy, which issue
    /// 54 of facebookarchive/models links to.
    /// </para>
    /// <para>
    /// The store imports both files once and keeps the ONNX model. <see cref="Profile"/> is the preprocessing of the published accuracy.
    /// </para>
    /// </remarks>
    public static ResNetVariant ResNet50Caffe2Quantized => field ??= Caffe2Pair(
        suffix: "-int8",
        format: ResNet.Net.Onnx.QuantizationFormat.QOperator,
        init: new VariantFile(InitNet, null, null)
        {
            Address = new Uri(
                "https://s3.amazonaws.com/download.caffe2.ai/models/resnet50_quantized/resnet50_quantized_init_net.pb"),
        },
        predict: new VariantFile(
            PredictNet, 18_919, "490188e0b0e34df97b3ee8be5733627a1987a1ab0ee95e01def9214fdce8d03e")
        {
            Address = new Uri("https://raw.githubusercontent.com/dzung-hoang/caffe2-models/master/resnet50_quantized/predict_net.pb"),
        },
        inputName: "gpu_0/data_0",
        outputName: "gpu_0/softmax_1",
        top1: 75.7);

    private const string InitNet = "init_net.pb";
    private const string PredictNet = "predict_net.pb";
    private const string Caffe2Models = "https://media.githubusercontent.com/media/facebookarchive/models/master/resnet50";

    private static ResNetVariant Caffe2Pair(
        string suffix,
        QuantizationFormat? format,
        VariantFile init,
        VariantFile predict,
        string inputName,
        string outputName,
        double top1) => new()
        {
            Id = $"resnet50-caffe2{suffix}",
            Files = [init, predict],
            IsImported = true,
            Origin = ModelOrigin.Caffe2,
            Depth = 50,
            Version = 1,
            Opset = 13,
            Precision = format is null ? ModelPrecision.Fp32 : ModelPrecision.Int8,
            QuantizationFormat = format,
            InputName = inputName,
            OutputName = outputName,
            OutputKind = OutputKind.Probabilities,
            FeatureSize = 2048,
            WeightCount = 25_502_912,
            Top1 = top1,
            Top5 = 92.9,
            AccuracySource = "README of facebookarchive/models, resnet50_quantized",
            Profile = PreprocessingProfile.Caffe2Area,
        };

    private static ResNetVariant Caffe2(
        int opset, long bytes, string sha256, string? featureName, long testDataBytes, string testDataSha256)
    {
        string id = $"resnet50-caffe2-v1-{opset}";
        return new ResNetVariant
        {
            Id = id,
            Files = [new VariantFile($"{id}.onnx", bytes, sha256)],
            Origin = ModelOrigin.Caffe2,
            Depth = 50,
            Version = 1,
            Opset = opset,
            InputName = "gpu_0/data_0",
            OutputName = "gpu_0/softmax_1",
            OutputKind = OutputKind.Probabilities,
            FeatureName = featureName,
            FeatureSize = 2048,
            Top1 = 76.38,
            Top5 = 93.19,
            AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
            Profile = PreprocessingProfile.Caffe2,
            FixedBatch = 1,
            TestData = new VariantFile($"{id}.tar.gz", testDataBytes, testDataSha256),
        };
    }
}
