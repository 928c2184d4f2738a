using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Internals.Diagnostics;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Internals.Running;

/// <summary>Runs a model on one picture at a time and shows values inside it.</summary>
internal sealed class PictureRunner : IDisposable
{
    private readonly OrtSession _session;
    private readonly AlignedBuffer _buffer;
    private readonly OrtValue _tensor;
    private readonly string _input;

    /// <param name="model">The model; not edited.</param>
    /// <param name="input">Its input, <c>[N, 3, height, width]</c>.</param>
    /// <param name="height">Rows of a picture.</param>
    /// <param name="width">Columns of a picture.</param>
    /// <param name="values">The float values to show, whether outputs of the graph or not; not its input.</param>
    /// <param name="threads">Threads of a run; null for all processors.</param>
    /// <param name="optimization">How far the graph is optimized.</param>
    public PictureRunner(OnnxModel model, string input, int height, int width, IReadOnlyList<string> values, int? threads, GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        _input = input;
        Values = values;
        OnnxModel shown = model.Clone();
        HashSet<string> outputs = [.. shown.Graph.Outputs.Select(o => o.Name)];
        foreach (string value in values.Where(v => !outputs.Contains(v)))
        {
            shown.Graph.Outputs.Add(new OnnxValueInfo(value, OnnxElementType.Float, null));
        }

        _session = OrtSession.FromMemory(shown.ToArray(), model.Graph.Name, new SessionSettings
        {
            IntraOpThreads = threads ?? Environment.ProcessorCount,
            Optimization = optimization,
            ConfigEntries = Int8Guard.Entries(CpuFeatures.HasInt8DotProduct),
        });
        _buffer = new AlignedBuffer(checked(3 * height * width));
        _tensor = _buffer.CreateTensor([1, 3, height, width]);
    }

    public IReadOnlyList<string> Values { get; }

    /// <summary>The picture to run, <c>[3, height, width]</c>.</summary>
    public Span<float> Picture => _buffer.Span;

    /// <summary>Runs the picture and shows each value, in the order given.</summary>
    public void Run(OrtSession.OutputReader read) => _session.RunAndRead([new NamedTensor(_input, _tensor)], Values, read);

    public void Dispose()
    {
        _tensor.Dispose();
        _buffer.Dispose();
        _session.Dispose();
    }
}
