namespace ResNet.Net;

// The facts of every file; a test compares them with the published list, member by member.
public sealed partial record ResNetVariant
{
    /// <summary>ResNet-18 v1.</summary>
    public static ResNetVariant ResNet18V1 { get; } = new()
    {
        Id = "resnet18-v1-7",
        FileName = "resnet18-v1-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 18,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 46_820_737,
        Sha256 = "4e8f8653e7a2222b3904cc3fe8e304cd8b339ce1d05fd24688162f86fb6df52c",
        InputName = "data",
        OutputName = "resnetv15_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv15_pool1_fwd",
        FeatureSize = 512,
        Top1 = 69.93,
        Top5 = 89.29,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet18-v1-7.tar.gz", 43_835_620, "2163225f89c858f120b5376758b752e57139601e967f6c6f614a3d77e9d66505"),
    };

    /// <summary>ResNet-34 v1.</summary>
    public static ResNetVariant ResNet34V1 { get; } = new()
    {
        Id = "resnet34-v1-7",
        FileName = "resnet34-v1-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 34,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 87_302_588,
        Sha256 = "883a41b2e30ddc2e422c108b091b5e70b92d37dc5c345a2c563dcae27971e2cc",
        InputName = "data",
        OutputName = "resnetv16_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv16_pool1_fwd",
        FeatureSize = 512,
        Top1 = 73.73,
        Top5 = 91.4,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet34-v1-7.tar.gz", 81_220_173, "c95b29c28e4d2c6b9ee7969e668b35cff335ec11761e9722f3ebe67490c19f7b"),
    };

    /// <summary>ResNet-50 v1.</summary>
    public static ResNetVariant ResNet50V1 { get; } = new()
    {
        Id = "resnet50-v1-7",
        FileName = "resnet50-v1-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 50,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_583_340,
        Sha256 = "af16a04a6ec48ac494065d4439fe9dea590d337b9ca6dc328160ccf04a217b9c",
        InputName = "data",
        OutputName = "resnetv17_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv17_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 74.93,
        Top5 = 92.38,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet50-v1-7.tar.gz", 95_435_189, "898a9183256e884ae06fb1c11869386eccd38393ab41d9339909e974519a9feb"),
    };

    /// <summary>ResNet-50 v1, opset 12.</summary>
    public static ResNetVariant ResNet50V1Opset12 { get; } = new()
    {
        Id = "resnet50-v1-12",
        FileName = "resnet50-v1-12.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 50,
        Version = 1,
        Opset = 12,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_576_593,
        Sha256 = "3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526",
        InputName = "data",
        OutputName = "resnetv17_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureSize = 2048,
        Top1 = 74.97,
        Top5 = 92.33,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.OnnxRuntimeNotebook,
        TestData = new VariantTestData("resnet50-v1-12.tar.gz", 96_559_469, "9391137cfc8fbec372d7a1e59e272d67550dab72d93cf7c7d6256782262599ea"),
    };

    /// <summary>ResNet-50 v1, opset 12, int8 in integer operators.</summary>
    public static ResNetVariant ResNet50V1Opset12Int8 { get; } = new()
    {
        Id = "resnet50-v1-12-int8",
        FileName = "resnet50-v1-12-int8.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 50,
        Version = 1,
        Opset = 12,
        Precision = ModelPrecision.Int8,
        QuantizationFormat = ResNet.Net.QuantizationFormat.QOperator,
        Bytes = 25_816_052,
        Sha256 = "c234f30975989788b4405f25253275aae247ab6dbdd34aaa69ab0a59ff76f6d0",
        InputName = "data",
        OutputName = "resnetv17_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureSize = 2048,
        Top1 = 74.77,
        Top5 = 92.32,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.OnnxRuntimeNotebook,
        TestData = new VariantTestData("resnet50-v1-12-int8.tar.gz", 22_355_322, "662710f50cafe29f44727b9cd8be5430fb06da18d3004cf5f9d9645c0dc39d71"),
    };

    /// <summary>ResNet-50 v1, opset 12, int8 in QDQ format.</summary>
    public static ResNetVariant ResNet50V1Opset12Qdq { get; } = new()
    {
        Id = "resnet50-v1-12-qdq",
        FileName = "resnet50-v1-12-qdq.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 50,
        Version = 1,
        Opset = 12,
        Precision = ModelPrecision.Int8,
        QuantizationFormat = ResNet.Net.QuantizationFormat.Qdq,
        Bytes = 25_753_167,
        Sha256 = "e6429d274805654c79ba68dc886c1efd4eff95393e747c35d3fdab579febd8a0",
        InputName = "data",
        OutputName = "resnetv17_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureSize = 2048,
        Top1 = 74.43,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.OnnxRuntimeNotebook,
        TestData = new VariantTestData("resnet50-v1-12-qdq.tar.gz", 17_049_336, "6a93ba624ecab599d3f8511b1409f5103beb2f1708a85955397a3132ca423d99"),
    };

    /// <summary>ResNet-101 v1.</summary>
    public static ResNetVariant ResNet101V1 { get; } = new()
    {
        Id = "resnet101-v1-7",
        FileName = "resnet101-v1-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 101,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 178_914_043,
        Sha256 = "760702f6ec0138f71ebac66f4e95d1c72dc9267a8544f4d4667a53075fd0497c",
        InputName = "data",
        OutputName = "resnetv18_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv18_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 76.48,
        Top5 = 93.2,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet101-v1-7.tar.gz", 166_222_423, "27f51a51a9de6c1b10455cb09164f384746288c4b9e7bbb4af49ab206abd6703"),
    };

    /// <summary>ResNet-152 v1.</summary>
    public static ResNetVariant ResNet152V1 { get; } = new()
    {
        Id = "resnet152-v1-7",
        FileName = "resnet152-v1-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 152,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 241_816_206,
        Sha256 = "b0ec92437bf8c9d0739bf9bafdea9638e13f9e3c1e2fb766ad546cc182fd3f6d",
        InputName = "data",
        OutputName = "resnetv19_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv19_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 77.11,
        Top5 = 93.61,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet152-v1-7.tar.gz", 226_450_954, "470ccde11c3ee2b490c214e48459c03e5b4118e8143f83dd795263efcf794cf3"),
    };

    /// <summary>ResNet-18 v2.</summary>
    public static ResNetVariant ResNet18V2 { get; } = new()
    {
        Id = "resnet18-v2-7",
        FileName = "resnet18-v2-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 18,
        Version = 2,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 46_806_737,
        Sha256 = "3b4d048057854022232aa20bf68262e31718ab7119a17f920b8a2dc1433f824b",
        InputName = "data",
        OutputName = "resnetv22_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv22_pool1_fwd",
        FeatureSize = 512,
        Top1 = 69.7,
        Top5 = 89.49,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet18-v2-7.tar.gz", 43_808_776, "a64c111fac5d4e8bebf9246507ec7a92ea1c1596de09fca73bb7f94e9750e316"),
    };

    /// <summary>ResNet-34 v2.</summary>
    public static ResNetVariant ResNet34V2 { get; } = new()
    {
        Id = "resnet34-v2-7",
        FileName = "resnet34-v2-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 34,
        Version = 2,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 87_288_587,
        Sha256 = "3d3815e25f4b1ea967e2a526a3b27ef2a03af1725bdc199a63a271c26862d914",
        InputName = "data",
        OutputName = "resnetv23_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv23_pool1_fwd",
        FeatureSize = 512,
        Top1 = 73.36,
        Top5 = 91.43,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet34-v2-7.tar.gz", 81_189_514, "b04865581abb9a51af87cfc170ac26e928eeade336e16abbe984c410441453cc"),
    };

    /// <summary>ResNet-50 v2.</summary>
    public static ResNetVariant ResNet50V2 { get; } = new()
    {
        Id = "resnet50-v2-7",
        FileName = "resnet50-v2-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 50,
        Version = 2,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_442_452,
        Sha256 = "79102261eb6e5fd7af5d27f41316293e388c5cb691e5d25bfb035c4f64fefe31",
        InputName = "data",
        OutputName = "resnetv24_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv24_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 75.81,
        Top5 = 92.82,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet50-v2-7.tar.gz", 95_237_476, "d6a8b7ec924dae64e19c0850e7aa9c633095f7c4422393f5cc478c4982e97667"),
    };

    /// <summary>ResNet-101 v2.</summary>
    public static ResNetVariant ResNet101V2 { get; } = new()
    {
        Id = "resnet101-v2-7",
        FileName = "resnet101-v2-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 101,
        Version = 2,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 178_682_301,
        Sha256 = "3a0a819ea0953fb4700b0d98e43540aeee253e5b4c503c552b0c7979fc67767d",
        InputName = "data",
        OutputName = "resnetv25_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv25_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 77.42,
        Top5 = 93.61,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet101-v2-7.tar.gz", 165_872_227, "566663c700f5cc1e8eb0043c00923d5422abaca4fae21568973ef9c446084f6e"),
    };

    /// <summary>ResNet-152 v2.</summary>
    public static ResNetVariant ResNet152V2 { get; } = new()
    {
        Id = "resnet152-v2-7",
        FileName = "resnet152-v2-7.onnx",
        Origin = ModelOrigin.Mxnet,
        Depth = 152,
        Version = 2,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 241_503_848,
        Sha256 = "40fb3f6dd313ba786a2c8077a0ef7d7b4afeda5d037365400d3a7fbc2b1bee64",
        InputName = "data",
        OutputName = "resnetv27_dense0_fwd",
        OutputKind = OutputKind.Logits,
        FeatureName = "resnetv27_pool1_fwd",
        FeatureSize = 2048,
        Top1 = 78.2,
        Top5 = 94.21,
        AccuracySource = "zoo README",
        Profile = PreprocessingProfile.Mxnet,
        TestData = new VariantTestData("resnet152-v2-7.tar.gz", 225_131_715, "78b507483050a427870a264c398d121f44b92d69c8ca0c53217eb5137b6b51e3"),
    };

    /// <summary>Caffe2's ResNet-50, opset 3; batches of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset3 { get; } = new()
    {
        Id = "resnet50-caffe2-v1-3",
        FileName = "resnet50-caffe2-v1-3.onnx",
        Origin = ModelOrigin.Caffe2,
        Depth = 50,
        Version = 1,
        Opset = 3,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_491_873,
        Sha256 = "22cbd5723582d9e4636c46da43732980c8a60f8fc74c37f15db522034e6ae84d",
        InputName = "gpu_0/data_0",
        OutputName = "gpu_0/softmax_1",
        OutputKind = OutputKind.Probabilities,
        FeatureSize = 2048,
        Top1 = 76.38,
        Top5 = 93.19,
        AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
        Profile = PreprocessingProfile.Caffe2,
        FixedBatch = 1,
        TestData = new VariantTestData("resnet50-caffe2-v1-3.tar.gz", 96_754_305, "b83fbf3bc6a25ece62216e2ed801061383af864c1b1ddc9c18d0a08e6daead61"),
    };

    /// <summary>Caffe2's ResNet-50, opset 6; batches of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset6 { get; } = new()
    {
        Id = "resnet50-caffe2-v1-6",
        FileName = "resnet50-caffe2-v1-6.onnx",
        Origin = ModelOrigin.Caffe2,
        Depth = 50,
        Version = 1,
        Opset = 6,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_490_291,
        Sha256 = "166b367d86f2afe34f7438154f2798d081b13d369df20c75b485b76763c16a0e",
        InputName = "gpu_0/data_0",
        OutputName = "gpu_0/softmax_1",
        OutputKind = OutputKind.Probabilities,
        FeatureSize = 2048,
        Top1 = 76.38,
        Top5 = 93.19,
        AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
        Profile = PreprocessingProfile.Caffe2,
        FixedBatch = 1,
        TestData = new VariantTestData("resnet50-caffe2-v1-6.tar.gz", 98_379_563, "92df484b9242282bb3a8ee6e82849db3c82dd96d231f253c9287b483c6f119e5"),
    };

    /// <summary>Caffe2's ResNet-50, opset 7; batches of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset7 { get; } = new()
    {
        Id = "resnet50-caffe2-v1-7",
        FileName = "resnet50-caffe2-v1-7.onnx",
        Origin = ModelOrigin.Caffe2,
        Depth = 50,
        Version = 1,
        Opset = 7,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_489_425,
        Sha256 = "48c377bd20b8e7c1b4a2e371c1badefbb9db906f57bcc5c800a28835c6b988bf",
        InputName = "gpu_0/data_0",
        OutputName = "gpu_0/softmax_1",
        OutputKind = OutputKind.Probabilities,
        FeatureName = "gpu_0/pool5_1",
        FeatureSize = 2048,
        Top1 = 76.38,
        Top5 = 93.19,
        AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
        Profile = PreprocessingProfile.Caffe2,
        FixedBatch = 1,
        TestData = new VariantTestData("resnet50-caffe2-v1-7.tar.gz", 95_636_370, "c3c19b61bffe72bf94b6c0214c1f5f5375b3cca08ee24ec83fff515b6761ac57"),
    };

    /// <summary>Caffe2's ResNet-50, opset 8; batches of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset8 { get; } = new()
    {
        Id = "resnet50-caffe2-v1-8",
        FileName = "resnet50-caffe2-v1-8.onnx",
        Origin = ModelOrigin.Caffe2,
        Depth = 50,
        Version = 1,
        Opset = 8,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_489_425,
        Sha256 = "4f4a244f1485883fbf4faa0f967409a747164733a7b59b2d07d124d6bbd26ae0",
        InputName = "gpu_0/data_0",
        OutputName = "gpu_0/softmax_1",
        OutputKind = OutputKind.Probabilities,
        FeatureName = "gpu_0/pool5_1",
        FeatureSize = 2048,
        Top1 = 76.38,
        Top5 = 93.19,
        AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
        Profile = PreprocessingProfile.Caffe2,
        FixedBatch = 1,
        TestData = new VariantTestData("resnet50-caffe2-v1-8.tar.gz", 95_636_234, "04b0525962974065137fcf3d37cb4608d73f36e3d28bea5933af56e61cad35ce"),
    };

    /// <summary>Caffe2's ResNet-50, opset 9; batches of 1.</summary>
    public static ResNetVariant ResNet50Caffe2Opset9 { get; } = new()
    {
        Id = "resnet50-caffe2-v1-9",
        FileName = "resnet50-caffe2-v1-9.onnx",
        Origin = ModelOrigin.Caffe2,
        Depth = 50,
        Version = 1,
        Opset = 9,
        Precision = ModelPrecision.Fp32,
        Bytes = 102_489_425,
        Sha256 = "822daa93e11ecd505f282eb16e02d7fa6d7a88a4db0c9f832320798e508ba0dd",
        InputName = "gpu_0/data_0",
        OutputName = "gpu_0/softmax_1",
        OutputKind = OutputKind.Probabilities,
        FeatureName = "gpu_0/pool5_1",
        FeatureSize = 2048,
        Top1 = 76.38,
        Top5 = 93.19,
        AccuracySource = "OpenVINO Open Model Zoo resnet-50-caffe2 (same weights; not in the zoo README)",
        Profile = PreprocessingProfile.Caffe2,
        FixedBatch = 1,
        TestData = new VariantTestData("resnet50-caffe2-v1-9.tar.gz", 95_636_091, "e0703ef13fefd8207747ec5713eb07fc87fa0ab1257e92a052bc7b761101d49c"),
    };

    /// <summary>The CIFAR-10 ResNet-20 of He et al. 2015, section 4.2, trained by this project and embedded in this library. Knows 10 classes, from images of 32x32.</summary>
    public static ResNetVariant Cifar10ResNet20 { get; } = new()
    {
        Id = "resnet20-cifar10",
        FileName = "resnet20-cifar10.onnx",
        Origin = ModelOrigin.ResNetNet,
        Depth = 20,
        Version = 1,
        Opset = 13,
        Precision = ModelPrecision.Fp32,
        Bytes = 1_111_996,
        Sha256 = "ea01dabefd4cdf3491bb6f3232881eb92e265a4202c31459de3420c27040d984",
        InputName = "image",
        OutputName = "logits",
        OutputKind = OutputKind.Logits,
        FeatureName = "/pool/GlobalAveragePool_output_0",
        FeatureSize = 64,
        Top1 = 91.66,
        AccuracySource = "measured on the 10,000 test images by this project's tests",
        Profile = PreprocessingProfile.Cifar10,
    };

    /// <summary><see cref="Cifar10ResNet20"/> in 8-bit integers, embedded too: quantized by this project's ResNet.Net.Quantization, calibrated on 512 training images.</summary>
    public static ResNetVariant Cifar10ResNet20Int8 { get; } = new()
    {
        Id = "resnet20-cifar10-int8",
        FileName = "resnet20-cifar10-int8.onnx",
        Origin = ModelOrigin.ResNetNet,
        Depth = 20,
        Version = 1,
        Opset = 13,
        Precision = ModelPrecision.Int8,
        QuantizationFormat = ResNet.Net.QuantizationFormat.Qdq,
        Bytes = 340_560,
        Sha256 = "048e39ae3c53caef6584ed65027d53c6a8ccdf1d2e22cbfe573865bbbf5a8d7e",
        InputName = "image",
        OutputName = "logits",
        OutputKind = OutputKind.Logits,
        FeatureName = "/pool/GlobalAveragePool_output_0_dequantized",
        FeatureSize = 64,
        Top1 = 91.65,
        AccuracySource = "measured on the 10,000 test images by this project's tests",
        Profile = PreprocessingProfile.Cifar10,
    };

    /// <summary>Every variant: the 18 files of the zoo and the two embedded models.</summary>
    public static IReadOnlyList<ResNetVariant> All { get; } =
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
        Cifar10ResNet20,
        Cifar10ResNet20Int8,
    ];
}
