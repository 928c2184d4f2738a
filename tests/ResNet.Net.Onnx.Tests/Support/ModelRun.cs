using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Internals.Inference;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Runs a model in ONNX Runtime.</summary>
internal static class ModelRun
{
    /// <summary>The values and the shape of the first output.</summary>
    /// <param name="model">The model; its inputs and the output are floats.</param>
    /// <param name="inputs">What it is fed.</param>
    public static (float[] Values, long[] Shape) Of(OnnxModel model, params ReadOnlySpan<(string Name, long[] Shape, float[] Values)> inputs)
    {
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, new SessionSettings { IntraOpThreads = 1 });
        List<IDisposable> owned = [];
        try
        {
            NamedTensor[] tensors = new NamedTensor[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                AlignedBuffer buffer = new(inputs[i].Values.Length);
                owned.Add(buffer);
                inputs[i].Values.CopyTo(buffer.Span);
                OrtValue tensor = buffer.CreateTensor(inputs[i].Shape);
                owned.Add(tensor);
                tensors[i] = new NamedTensor(inputs[i].Name, tensor);
            }

            return session.RunToArray(tensors, model.Graph.Outputs[0].Name);
        }
        finally
        {
            owned.Reverse();
            owned.ForEach(o => o.Dispose());
        }
    }
}
