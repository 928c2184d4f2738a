using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>Runs a model as its file is, directly in ONNX Runtime.</summary>
internal static class RawModel
{
    /// <summary>Returns the values of an output as float.</summary>
    /// <param name="model">The bytes of the file.</param>
    /// <param name="shape">The shape of the input.</param>
    /// <param name="elementType">The element type of the input, by its number in ONNX.</param>
    /// <param name="values">The values of the input.</param>
    /// <param name="output">The index of the output.</param>
    public static float[] Run(byte[] model, long[] shape, int elementType, float[] values, int output = 0)
    {
        using InferenceSession session = new(model);
        using OrtValue input = elementType switch
        {
            1 => OrtValue.CreateTensorValueFromMemory(values, shape),
            2 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => checked((byte)MathF.Round(v))), shape),
            10 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (Float16)v), shape),
            11 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (double)v), shape),
            16 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (BFloat16)v), shape),
            _ => throw new ArgumentOutOfRangeException(nameof(elementType)),
        };
        string name = session.OutputNames[output];
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, [session.InputNames[0]], [input], [name]);
        return outputs[0].GetTensorTypeAndShape().ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16
                => Array.ConvertAll(outputs[0].GetTensorDataAsSpan<Float16>().ToArray(), v => (float)v),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.BFloat16
                => Array.ConvertAll(outputs[0].GetTensorDataAsSpan<BFloat16>().ToArray(), v => (float)v),
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double
                => Array.ConvertAll(outputs[0].GetTensorDataAsSpan<double>().ToArray(), v => (float)v),
            _ => outputs[0].GetTensorDataAsSpan<float>().ToArray(),
        };
    }
}
