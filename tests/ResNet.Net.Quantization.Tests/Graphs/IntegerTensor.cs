using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Represents a quantized activation as computed by ONNX Runtime.</summary>
internal sealed record IntegerTensor(byte[] Values, long[] Shape)
{
    /// <summary>Reads every uint8 value of a QOperator model through a DequantizeLinear with scale 1 and zero point 0.</summary>
    public static Dictionary<string, IntegerTensor> Read(OnnxModel model, ReadOnlyMemory<float> image, int size)
    {
        OnnxModel seen = model.Clone();
        seen.Graph.Initializers.Add(OnnxTensor.Create<float>("one", [], [1f]));
        seen.Graph.Initializers.Add(OnnxTensor.Create<byte>("zero", [], [(byte)0]));
        string[] names = [.. model.Graph.Nodes.Select(n => n.Outputs[0]).Where(o => o != model.Graph.Outputs[0].Name)];
        foreach (string name in names)
        {
            seen.Graph.Nodes.Add(new OnnxNode("DequantizeLinear", [name, "one", "zero"], [name + "_seen"]));
        }

        return names.Zip(Runs.Values(seen, image, [.. names.Select(n => n + "_seen")], size)).ToDictionary(
            p => p.First,
            p => new IntegerTensor([.. p.Second.Values.Select(v => (byte)v)], p.Second.Shape));
    }
}
