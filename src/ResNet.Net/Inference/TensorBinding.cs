using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Tensors bound to the inputs and outputs of a session: made once, run any number of times, by one thread at a time.</summary>
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

    /// <summary>Binds the inputs again: ONNX Runtime copies what another device needs when it is bound, not when it runs.</summary>
    public void BindInputs()
    {
        foreach (NamedTensor input in _inputs)
        {
            Native.BindInput(input.Name, input.Value);
        }
    }

    public void Dispose() => Native.Dispose();
}
