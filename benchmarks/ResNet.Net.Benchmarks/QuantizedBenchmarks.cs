using BenchmarkDotNet.Attributes;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Inference.Interop;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Models alone, from tensor to tensor: float, our int8 in both formats, and, of the ResNet-50 of opset 12, the twin of the zoo's own int8 file. Twins have random weights and take as long as
/// the files.
/// </summary>
public class QuantizedBenchmarks
{
    private const string Embedded = "resnet20-cifar10";

    private static readonly string[] Models = [Embedded, "resnet18-v1-7", "resnet50-v1-12", "resnet101-v1-7", "resnet50-v2-7"];
    private static readonly string[] Forms = ["float", "qdq", "qoperator"];

    private Run? _run;

    /// <summary>A model, and what is run: its float file, our int8 of it, or the twin of the zoo's int8 file.</summary>
    public static IEnumerable<string> Cases =>
    [
        .. from model in Models from form in Forms select $"{model} {form}",
        "resnet50-v1-12 zoo-int8",
        "resnet50-v2-7 qdq-float-batchnorm",
    ];

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [Params(1, 8)]
    public int Batch { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        (string name, string form) = (Case.Split(' ')[0], Case.Split(' ')[1]);
        int size = name == Embedded ? 32 : 224;
        OnnxModel model = name == Embedded ? ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20).GetAwaiter().GetResult() : ZooModels.Build(name);
        OnnxModel Quantize(QuantizationOptions options) => ResNetQuantizer.Quantize(model, Calibration(size), options with { NoisePictures = 0 }).Model;
        OnnxModel run = form switch
        {
            "qdq" => Quantize(new QuantizationOptions()),
            "qoperator" => Quantize(new QuantizationOptions { Format = QuantizationFormat.QOperator }),
            "qdq-float-batchnorm" => Quantize(new QuantizationOptions { UnfoldedBatchNormalization = UnfoldedBatchNormalization.Float }),
            "zoo-int8" => ZooModels.Build("resnet50-v1-12-int8"),
            _ => model,
        };
        _run = new Run(run, Batch, size, Threads);
    }

    [GlobalCleanup]
    public void CleanUp() => _run?.Dispose();

    [Benchmark]
    public void Model() => _run!.Once();

    private static CalibrationSet Calibration(int size)
    {
        Random random = new(1);
        ReadOnlyMemory<float>[] pictures = [.. Enumerable.Range(0, 2).Select(_ => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 3 * size * size).Select(_ => (random.NextSingle() * 4) - 2)]))];
        return CalibrationSet.FromTensors(pictures, size, size);
    }

    private sealed class Run : IDisposable
    {
        private readonly OrtSession _session;
        private readonly AlignedBuffer _input;
        private readonly AlignedBuffer _output;
        private readonly OrtValueHandle _inputTensor;
        private readonly OrtValueHandle _outputTensor;

        public Run(OnnxModel model, int batch, int size, int threads)
        {
            _session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, new SessionSettings { IntraOpThreads = threads });
            int classes = size == 32 ? 10 : 1000;
            _input = new AlignedBuffer(batch * 3 * size * size);
            _output = new AlignedBuffer(batch * classes);
            Random random = new(2);
            foreach (ref float value in _input.Span)
            {
                value = (random.NextSingle() * 4) - 2;
            }

            _inputTensor = _session.CreateTensor(_input, [batch, 3, size, size]);
            _outputTensor = _session.CreateTensor(_output, [batch, classes]);
        }

        public void Once() => _session.Run([new NamedTensor(_session.Inputs[0].Name, _inputTensor)], [new NamedTensor(_session.Outputs[0].Name, _outputTensor)]);

        public void Dispose()
        {
            _inputTensor.Dispose();
            _outputTensor.Dispose();
            _input.Dispose();
            _output.Dispose();
            _session.Dispose();
        }
    }
}
