using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Runs models in ONNX Runtime.</summary>
internal static class ModelRun
{
    /// <summary>Runs a model and returns the values and the shape of its first output.</summary>
    /// <param name="model">The model. Its inputs and outputs are floats.</param>
    /// <param name="inputs">The inputs.</param>
    public static (float[] Values, long[] Shape) Of(OnnxModel model,
        params ReadOnlySpan<(string Name, long[] Shape, float[] Values)> inputs)
        => OutputOf(model, model.Graph.Outputs[0].Name, GraphOptimizationLevel.ORT_ENABLE_ALL, inputs);

    /// <summary>Runs a model and returns the values and the shape of an output.</summary>
    public static (float[] Values, long[] Shape) OutputOf(
        OnnxModel model,
        string output,
        GraphOptimizationLevel optimization,
        params ReadOnlySpan<(string Name, long[] Shape, float[] Values)> inputs)
        => OutputsOf(model, [output], optimization, inputs)[0];

    /// <summary>Runs a model and returns the values and the shapes of outputs. Bytes are converted to floats.</summary>
    public static (float[] Values, long[] Shape)[] OutputsOf(
        OnnxModel model,
        IReadOnlyCollection<string> outputs,
        GraphOptimizationLevel optimization,
        params ReadOnlySpan<(string Name, long[] Shape, float[] Values)> inputs)
    {
        using SessionOptions options = new()
        {
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            GraphOptimizationLevel = optimization,
        };

        // Without it, CPUs without VNNI saturate sums of 8-bit products.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        using InferenceSession session = new(model.ToArray(), options);
        using RunOptions run = new();
        List<string> names = [];
        List<OrtValue> values = [];
        try
        {
            foreach ((string name, long[] shape, float[] data) in inputs)
            {
                names.Add(name);
                values.Add(OrtValue.CreateTensorValueFromMemory(data, shape));
            }

            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, names, values, outputs);
            return [.. results.Select(r => (ValuesOf(r), r.GetTensorTypeAndShape().Shape))];
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }
    private static float[] ValuesOf(OrtValue value)
        => value.GetTensorTypeAndShape().ElementDataType == TensorElementType.UInt8
            ? [.. value.GetTensorDataAsSpan<byte>().ToArray().Select(b => (float)b)]
            : value.GetTensorDataAsSpan<float>().ToArray();
}
