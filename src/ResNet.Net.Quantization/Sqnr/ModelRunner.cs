using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Runs a model on one image at a time and reads intermediate values.</summary>
internal sealed class ModelRunner : IDisposable
{
    private readonly OrtSession _session;
    private readonly AlignedBuffer _buffer;
    private readonly OrtValue _tensor;
    private readonly string _input;

    /// <param name="model">The model, which is not modified.</param>
    /// <param name="input">The name of the input, <c>[N, 3, height, width]</c>.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="values">The float values to read, other than the input.</param>
    /// <param name="threads">The number of threads; null for the number of processors.</param>
    /// <param name="optimization">The graph optimization level.</param>
    public ModelRunner(
        OnnxModel model,
        string input,
        int height,
        int width,
        IReadOnlyList<string> values,
        int? threads,
        GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        _input = input;
        Values = values;
        OnnxModel extended = model.Clone();
        HashSet<string> outputs = [.. extended.Graph.Outputs.Select(o => o.Name)];
        foreach (string value in values.Where(v => !outputs.Contains(v)))
        {
            extended.Graph.Outputs.Add(new OnnxValueInfo(value, OnnxElementType.Float, null));
        }

        _session = OrtSession.FromMemory(extended.ToArray(), model.Graph.Name, new SessionSettings
        {
            IntraOpThreads = threads ?? Environment.ProcessorCount,
            Optimization = optimization,
            ConfigEntries = Int8Guard.Entries(CpuFeatures.HasInt8DotProduct),
        });
        _buffer = new AlignedBuffer(checked(3 * height * width));
        _tensor = _buffer.CreateTensor([1, 3, height, width]);
    }

    public IReadOnlyList<string> Values { get; }

    /// <summary>Gets the input buffer, <c>[3, height, width]</c>.</summary>
    public Span<float> Input => _buffer.Span;

    /// <summary>Runs the model and passes each value to <paramref name="read"/>, in the order of <see cref="Values"/>.</summary>
    public void Run(OrtSession.OutputReader read) => _session.RunAndRead([new NamedTensor(_input, _tensor)], Values, read);

    public void Dispose()
    {
        _tensor.Dispose();
        _buffer.Dispose();
        _session.Dispose();
    }
}
