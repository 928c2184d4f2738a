using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Provides the embedded float model, quantized once for all tests, and the sample images.</summary>
internal static class EmbeddedModel
{
    public const int Size = 32;

    private static readonly Lazy<OnnxModel> LazyFloat = new(
        () => ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20).GetAwaiter().GetResult());
    private static readonly Lazy<QuantizationResult> LazyQdq = new(() => Quantize(QuantizationFormat.Qdq));
    private static readonly Lazy<QuantizationResult> LazyQOperator = new(() => Quantize(QuantizationFormat.QOperator));

    public static OnnxModel Float => LazyFloat.Value;

    public static CalibrationSet Images
        => CalibrationSet.FromFiles(
            [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)], PreprocessingProfile.Cifar10);

    public static QuantizationResult Of(QuantizationFormat format)
        => format == QuantizationFormat.Qdq ? LazyQdq.Value : LazyQOperator.Value;

    public static ReadOnlyMemory<float> Image(int index)
    {
        float[] planes = new float[3 * Size * Size];
        Images.Read(index, planes);
        return planes;
    }

    private static QuantizationResult Quantize(QuantizationFormat format)
        => ResNetQuantizer.Quantize(Float, Images, new QuantizationOptions { Format = format, SqnrImages = 2 });
}
