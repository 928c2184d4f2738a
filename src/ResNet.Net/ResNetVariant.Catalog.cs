using ResNet.Net.Onnx;

namespace ResNet.Net;

// A test compares every member with the published list. Each variant is created on first use: most processes use one.
public sealed partial record ResNetVariant
{
    private const string ZooReadme = "zoo README";

    /// <summary>Gets ResNet-18 v1.</summary>
    public static ResNetVariant ResNet18V1 => field ??= Mxnet(
        depth: 18,
        version: 1,
        bytes: 46_820_737,
        sha256: "4e8f8653e7a2222b3904cc3fe8e304cd8b339ce1d05fd24688162f86fb6df52c",
        scope: "resnetv15",
        top1: 69.93,
        top5: 89.29,
        testDataBytes: 43_835_620,
        testDataSha256: "2163225f89c858f120b5376758b752e57139601e967f6c6f614a3d77e9d66505");

    /// <summary>Gets ResNet-34 v1.</summary>
    public static ResNetVariant ResNet34V1 => field ??= Mxnet(
        depth: 34,
        version: 1,
        bytes: 87_302_588,
        sha256: "883a41b2e30ddc2e422c108b091b5e70b92d37dc5c345a2c563dcae27971e2cc",
        scope: "resnetv16",
        top1: 73.73,
        top5: 91.4,
        testDataBytes: 81_220_173,
        testDataSha256: "c95b29c28e4d2c6b9ee7969e668b35cff335ec11761e9722f3ebe67490c19f7b");

    /// <summary>Gets ResNet-50 v1.</summary>
    public static ResNetVariant ResNet50V1 => field ??= Mxnet(
        depth: 50,
        version: 1,
        bytes: 102_583_340,
        sha256: "af16a04a6ec48ac494065d4439fe9dea590d337b9ca6dc328160ccf04a217b9c",
        scope: "resnetv17",
        top1: 74.93,
        top5: 92.38,
        testDataBytes: 95_435_189,
        testDataSha256: "898a9183256e884ae06fb1c11869386eccd38393ab41d9339909e974519a9feb");

    /// <summary>Gets ResNet-101 v1.</summary>
    public static ResNetVariant ResNet101V1 => field ??= Mxnet(
        depth: 101,
        version: 1,
        bytes: 178_914_043,
        sha256: "760702f6ec0138f71ebac66f4e95d1c72dc9267a8544f4d4667a53075fd0497c",
        scope: "resnetv18",
        top1: 76.48,
        top5: 93.2,
        testDataBytes: 166_222_423,
        testDataSha256: "27f51a51a9de6c1b10455cb09164f384746288c4b9e7bbb4af49ab206abd6703");

    /// <summary>Gets ResNet-152 v1.</summary>
    public static ResNetVariant ResNet152V1 => field ??= Mxnet(
        depth: 152,
        version: 1,
        bytes: 241_816_206,
        sha256: "b0ec92437bf8c9d0739bf9bafdea9638e13f9e3c1e2fb766ad546cc182fd3f6d",
        scope: "resnetv19",
        top1: 77.11,
        top5: 93.61,
        testDataBytes: 226_450_954,
        testDataSha256: "470ccde11c3ee2b490c214e48459c03e5b4118e8143f83dd795263efcf794cf3");

    /// <summary>Gets ResNet-18 v2.</summary>
    public static ResNetVariant ResNet18V2 => field ??= Mxnet(
        depth: 18,
        version: 2,
        bytes: 46_806_737,
        sha256: "3b4d048057854022232aa20bf68262e31718ab7119a17f920b8a2dc1433f824b",
        scope: "resnetv22",
        top1: 69.7,
        top5: 89.49,
        testDataBytes: 43_808_776,
        testDataSha256: "a64c111fac5d4e8bebf9246507ec7a92ea1c1596de09fca73bb7f94e9750e316");

    /// <summary>Gets ResNet-34 v2.</summary>
    public static ResNetVariant ResNet34V2 => field ??= Mxnet(
        depth: 34,
        version: 2,
        bytes: 87_288_587,
        sha256: "3d3815e25f4b1ea967e2a526a3b27ef2a03af1725bdc199a63a271c26862d914",
        scope: "resnetv23",
        top1: 73.36,
        top5: 91.43,
        testDataBytes: 81_189_514,
        testDataSha256: "b04865581abb9a51af87cfc170ac26e928eeade336e16abbe984c410441453cc");

    /// <summary>Gets ResNet-50 v2.</summary>
    public static ResNetVariant ResNet50V2 => field ??= Mxnet(
        depth: 50,
        version: 2,
        bytes: 102_442_452,
        sha256: "79102261eb6e5fd7af5d27f41316293e388c5cb691e5d25bfb035c4f64fefe31",
        scope: "resnetv24",
        top1: 75.81,
        top5: 92.82,
        testDataBytes: 95_237_476,
        testDataSha256: "d6a8b7ec924dae64e19c0850e7aa9c633095f7c4422393f5cc478c4982e97667");

    /// <summary>Gets ResNet-101 v2.</summary>
    public static ResNetVariant ResNet101V2 => field ??= Mxnet(
        depth: 101,
        version: 2,
        bytes: 178_682_301,
        sha256: "3a0a819ea0953fb4700b0d98e43540aeee253e5b4c503c552b0c7979fc67767d",
        scope: "resnetv25",
        top1: 77.42,
        top5: 93.61,
        testDataBytes: 165_872_227,
        testDataSha256: "566663c700f5cc1e8eb0043c00923d5422abaca4fae21568973ef9c446084f6e");

    /// <summary>Gets ResNet-152 v2.</summary>
    public static ResNetVariant ResNet152V2 => field ??= Mxnet(
        depth: 152,
        version: 2,
        bytes: 241_503_848,
        sha256: "40fb3f6dd313ba786a2c8077a0ef7d7b4afeda5d037365400d3a7fbc2b1bee64",
        scope: "resnetv27",
        top1: 78.2,
        top5: 94.21,
        testDataBytes: 225_131_715,
        testDataSha256: "78b507483050a427870a264c398d121f44b92d69c8ca0c53217eb5137b6b51e3");

    /// <summary>Gets ResNet-50 v1 with opset 12 in float32.</summary>
    public static ResNetVariant ResNet50V1Opset12 => field ??= MxnetOpset12(
        suffix: "",
        format: null,
        bytes: 102_576_593,
        sha256: "3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526",
        top1: 74.97,
        top5: 92.33,
        testDataBytes: 96_559_469,
        testDataSha256: "9391137cfc8fbec372d7a1e59e272d67550dab72d93cf7c7d6256782262599ea");

    /// <summary>Gets ResNet-50 v1 with opset 12 in int8, quantized with integer operators (QOperator).</summary>
    public static ResNetVariant ResNet50V1Opset12Int8 => field ??= MxnetOpset12(
        suffix: "-int8",
        format: ResNet.Net.Onnx.QuantizationFormat.QOperator,
        bytes: 25_816_052,
        sha256: "c234f30975989788b4405f25253275aae247ab6dbdd34aaa69ab0a59ff76f6d0",
        top1: 74.77,
        top5: 92.32,
        testDataBytes: 22_355_322,
        testDataSha256: "662710f50cafe29f44727b9cd8be5430fb06da18d3004cf5f9d9645c0dc39d71");

    /// <summary>Gets ResNet-50 v1 with opset 12 in int8, quantized in QDQ format.</summary>
    public static ResNetVariant ResNet50V1Opset12Qdq => field ??= MxnetOpset12(
        suffix: "-qdq",
        format: ResNet.Net.Onnx.QuantizationFormat.Qdq,
        bytes: 25_753_167,
        sha256: "e6429d274805654c79ba68dc886c1efd4eff95393e747c35d3fdab579febd8a0",
        top1: 74.43,
        top5: null,
        testDataBytes: 17_049_336,
        testDataSha256: "6a93ba624ecab599d3f8511b1409f5103beb2f1708a85955397a3132ca423d99");

    /// <summary>
    /// Gets the embedded CIFAR-10 ResNet-20 (He et al. 2015, section 4.2), trained by this project. It distinguishes 10 classes in images
    /// of 32x32 pixels.
    /// </summary>
    public static ResNetVariant Cifar10ResNet20 => field ??= Cifar10(
        suffix: "",
        format: null,
        bytes: 1_111_996,
        sha256: "ea01dabefd4cdf3491bb6f3232881eb92e265a4202c31459de3420c27040d984",
        featureName: "/pool/GlobalAveragePool_output_0",
        top1: 91.66);

    /// <summary>
    /// Gets <see cref="Cifar10ResNet20"/> in int8, also embedded. It was quantized by ResNet.Net.Quantization with 512 training images as
    /// calibration data.
    /// </summary>
    public static ResNetVariant Cifar10ResNet20Int8 => field ??= Cifar10(
        suffix: "-int8",
        format: ResNet.Net.Onnx.QuantizationFormat.Qdq,
        bytes: 340_560,
        sha256: "048e39ae3c53caef6584ed65027d53c6a8ccdf1d2e22cbfe573865bbbf5a8d7e",
        featureName: "/pool/GlobalAveragePool_output_0_dequantized",
        top1: 91.65);

    /// <summary>
    /// Gets all variants: the 18 files of the ONNX Model Zoo, the two models in Caffe2's own format (<see cref="IsImported"/>), the
    /// backbone (<see cref="IsBackbone"/>), which <see cref="ResNetClassifier"/> refuses, and the two embedded models.
    /// </summary>
    public static IReadOnlyList<ResNetVariant> All => field ??=
    [
        ResNet18V1,
        ResNet34V1,
        ResNet50V1,
        ResNet50V1Opset12,
        ResNet50V1Opset12Int8,
        ResNet50V1Opset12Qdq,
        ResNet101V1,
        ResNet152V1,
        ResNet18V2,
        ResNet34V2,
        ResNet50V2,
        ResNet101V2,
        ResNet152V2,
        ResNet50Caffe2Opset3,
        ResNet50Caffe2Opset6,
        ResNet50Caffe2Opset7,
        ResNet50Caffe2Opset8,
        ResNet50Caffe2Opset9,
        ResNet50Caffe2Float,
        ResNet50Caffe2Quantized,
        ResNet18Backbone,
        Cifar10ResNet20,
        Cifar10ResNet20Int8,
    ];

    private static ResNetVariant Mxnet(
        int depth,
        int version,
        long bytes,
        string sha256,
        string scope,
        double top1,
        double top5,
        long testDataBytes,
        string testDataSha256)
    {
        string id = $"resnet{depth}-v{version}-7";
        return new ResNetVariant
        {
            Id = id,
            Files = [new VariantFile($"{id}.onnx", bytes, sha256)],
            Origin = ModelOrigin.Mxnet,
            Depth = depth,
            Version = version,
            Opset = 7,
            InputName = "data",
            OutputName = $"{scope}_dense0_fwd",
            FeatureName = $"{scope}_pool1_fwd",
            FeatureSize = depth < 50 ? 512 : 2048,
            Top1 = top1,
            Top5 = top5,
            AccuracySource = ZooReadme,
            Profile = PreprocessingProfile.Mxnet,
            TestData = new VariantFile($"{id}.tar.gz", testDataBytes, testDataSha256),
        };
    }

    private static ResNetVariant MxnetOpset12(
        string suffix,
        QuantizationFormat? format,
        long bytes,
        string sha256,
        double top1,
        double? top5,
        long testDataBytes,
        string testDataSha256)
    {
        string id = $"resnet50-v1-12{suffix}";
        return new ResNetVariant
        {
            Id = id,
            Files = [new VariantFile($"{id}.onnx", bytes, sha256)],
            Origin = ModelOrigin.Mxnet,
            Depth = 50,
            Version = 1,
            Opset = 12,
            Precision = format is null ? ModelPrecision.Fp32 : ModelPrecision.Int8,
            QuantizationFormat = format,
            InputName = "data",
            OutputName = "resnetv17_dense0_fwd",
            FeatureSize = 2048,
            Top1 = top1,
            Top5 = top5,
            AccuracySource = ZooReadme,
            Profile = PreprocessingProfile.OnnxRuntimeNotebook,
            TestData = new VariantFile($"{id}.tar.gz", testDataBytes, testDataSha256),
        };
    }

    private static ResNetVariant Cifar10(
        string suffix, QuantizationFormat? format, long bytes, string sha256, string featureName, double top1) => new()
        {
            Id = $"resnet20-cifar10{suffix}",
            Files = [new VariantFile($"resnet20-cifar10{suffix}.onnx", bytes, sha256)],
            Origin = ModelOrigin.ResNetNet,
            Depth = 20,
            Version = 1,
            Opset = 13,
            Precision = format is null ? ModelPrecision.Fp32 : ModelPrecision.Int8,
            QuantizationFormat = format,
            InputName = "image",
            OutputName = "logits",
            FeatureName = featureName,
            FeatureSize = 64,
            Top1 = top1,
            AccuracySource = "measured on the 10,000 test images by this project's tests",
            Profile = PreprocessingProfile.Cifar10,
        };
}
