using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Benchmarks;

/// <summary>Represents a model and its form: float, quantized by this library, or the synthetic model of the zoo's int8 file.</summary>
internal sealed record QuantizedCase(string Model, string Form)
{
    private const string Embedded = "resnet20-cifar10";

    private static readonly string[] Models = [Embedded, "resnet18-v1-7", "resnet50-v1-12", "resnet101-v1-7", "resnet50-v2-7"];
    private static readonly string[] Forms = ["float", "qdq", "qoperator"];

    /// <summary>Gets all cases, grouped by model, with the float form first.</summary>
    public static IReadOnlyList<QuantizedCase> All { get; } = [.. Models.SelectMany(FormsOf)];

    private int Size => Model == Embedded ? 32 : 224;

    private int Classes => Model == Embedded ? 10 : 1000;

    public static QuantizedCase Parse(string text) => All.Single(c => c.ToString() == text);

    public TensorRun Open(int batch, int threads) => Open(batch, new SessionSettings { IntraOpThreads = threads });

    public TensorRun Open(int batch, SessionSettings settings) => new(Build(), [batch, 3, Size, Size], Classes, settings);

    public OnnxModel Build() => Form switch
    {
        "float" => Float(),
        "qdq" => Quantize(new QuantizationOptions()),
        "qoperator" => Quantize(new QuantizationOptions { Format = QuantizationFormat.QOperator }),
        "qdq-float-batchnorm" => Quantize(new QuantizationOptions { UnfoldedBatchNormalization = UnfoldedBatchNormalization.Float }),
        "zoo-int8" => ZooModels.Build($"{Model}-int8"),
        _ => throw new InvalidOperationException($"The form '{Form}' is unknown."),
    };

    public override string ToString() => $"{Model} {Form}";

    private static IEnumerable<QuantizedCase> FormsOf(string model)
    {
        IEnumerable<string> forms = model switch
        {
            "resnet50-v1-12" => [.. Forms, "zoo-int8"],
            "resnet50-v2-7" => [.. Forms, "qdq-float-batchnorm"],
            _ => Forms,
        };
        return forms.Select(form => new QuantizedCase(model, form));
    }

    private OnnxModel Float()
        => Model == Embedded ? ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20).GetAwaiter().GetResult() : ZooModels.Build(Model);

    private OnnxModel Quantize(QuantizationOptions options)
        => ResNetQuantizer.Quantize(Float(), Calibration(), options with { SqnrImages = 0 }).Model;

    private CalibrationSet Calibration()
    {
        Random random = new(1);
        ReadOnlyMemory<float>[] images =
        [
            .. Enumerable.Range(0, 2).Select(
                _ => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 3 * Size * Size).Select(_ => (random.NextSingle() * 4) - 2)])),
        ];
        return CalibrationSet.FromTensors(images, Size, Size);
    }
}
