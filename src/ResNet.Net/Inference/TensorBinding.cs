using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Represents tensors that are bound to a session. It can run repeatedly, one thread at a time.</summary>
/// <remarks>The caller owns the tensors and keeps them alive.</remarks>
internal sealed class TensorBinding : IDisposable
{
    private readonly NamedTensor[] _inputs;

    public TensorBinding(InferenceSession session, ReadOnlySpan<NamedTensor> inputs, ReadOnlySpan<NamedTensor> outputs)
    {
        _inputs = [.. inputs];
        Native = session.CreateIoBinding();
        try
        {
            BindInputs();
            foreach (NamedTensor output in outputs)
            {
                Native.BindOutput(output.Name, output.Value);
            }
        }
        catch
        {
            Native.Dispose();
            throw;
        }
    }

    public OrtIoBinding Native { get; }

    /// <summary>Binds the inputs again. ONNX Runtime copies inputs to another device when they are bound, not when it runs.</summary>
    public void BindInputs()
    {
        foreach (NamedTensor input in _inputs)
        {
            Native.BindInput(input.Name, input.Value);
        }
    }

    public void Dispose() => Native.Dispose();
}

/// <summary>Represents a tensor and the name of the input or output to which it belongs.</summary>
internal readonly record struct NamedTensor(string Name, OrtValue Value);
