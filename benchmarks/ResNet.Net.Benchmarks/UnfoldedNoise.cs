using System.Globalization;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the quantization noise in the scores of a synthetic v2 model, by the treatment of BatchNormalizations that cannot be folded
/// into a Conv: <c>unfolded-noise ID</c>.
/// </summary>
internal static class UnfoldedNoise
{
    public const string Command = "unfolded-noise";

    private const int Size = 224;
    private const int Images = 4;

    /// <param name="id">The id of a v2 model.</param>
    public static void Run(string id)
    {
        OnnxModel model = ZooModels.Build(id);
        Random random = new(1);
        ReadOnlyMemory<float>[] images =
        [
            .. Enumerable.Range(0, Images).Select(
                _ => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 3 * Size * Size).Select(_ => (random.NextSingle() * 4) - 2)])),
        ];
        foreach (UnfoldedBatchNormalization unfolded in Enum.GetValues<UnfoldedBatchNormalization>())
        {
            QuantizationReport report = ResNetQuantizer.Quantize(
                model,
                CalibrationSet.FromTensors(images, Size, Size),
                new QuantizationOptions { UnfoldedBatchNormalization = unfolded, SqnrImages = Images }).Report;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{id} {unfolded}: {report.Layers[^1].AccumulatedSqnr:F1} dB at the scores, {report.Layers.Count} layers"));
        }
    }
}
