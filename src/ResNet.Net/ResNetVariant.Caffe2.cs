namespace ResNet.Net;

// The files that the zoo converted from Caffe2: the same weights, one file per opset.
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

    private static ResNetVariant Caffe2(
        int opset, long bytes, string sha256, string? featureName, long testDataBytes, string testDataSha256)
    {
        string id = $"resnet50-caffe2-v1-{opset}";
        return new ResNetVariant
        {
            Id = id,
            FileName = $"{id}.onnx",
            Origin = ModelOrigin.Caffe2,
            Depth = 50,
            Version = 1,
            Opset = opset,
            Bytes = bytes,
            Sha256 = sha256,
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
            TestData = new VariantTestData($"{id}.tar.gz", testDataBytes, testDataSha256),
        };
    }
}
