using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ResNet.Net.Comparison;

/// <summary>Runs a session on tensors that stay bound.</summary>
internal sealed class BoundRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue _input;
    private readonly OrtValue _output;

    public BoundRun(InferenceSession session)
    {
        _session = session;
        (string inputName, string outputName) = (session.InputMetadata.Keys.First(), session.OutputMetadata.Keys.First());
        _input = Allocate(session.InputMetadata[inputName]);
        _output = Allocate(session.OutputMetadata[outputName]);
        Random random = new(1);
        foreach (ref float value in _input.GetTensorMutableDataAsSpan<float>())
        {
            value = (random.NextSingle() * 4) - 2;
        }

        _binding = session.CreateIoBinding();
        _binding.BindInput(inputName, _input);
        _binding.BindOutput(outputName, _output);
    }

    public void Once()
    {
        _session.RunWithBinding(_options, _binding);
        GC.KeepAlive(_options);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _options.Dispose();
    }

    /// <summary>Allocates the tensor of one image.</summary>
    private static OrtValue Allocate(NodeMetadata metadata) => OrtValue.CreateAllocatedTensorValue(
        OrtAllocator.DefaultInstance,
        TensorElementType.Float,
        [.. metadata.Dimensions.Select(dimension => (long)Math.Max(dimension, 1))]);
}
