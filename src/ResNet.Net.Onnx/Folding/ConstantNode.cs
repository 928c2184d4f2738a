namespace ResNet.Net.Onnx;

/// <summary>Reads the value of a <c>Constant</c> node.</summary>
internal static class ConstantNode
{
    /// <summary>Gets the value as a tensor; null for other nodes, and for strings and sparse tensors.</summary>
    /// <exception cref="OnnxModelException">An attribute has the wrong type.</exception>
    public static OnnxTensor? TensorOf(OnnxNode node)
    {
        if (!node.Is("Constant") || node.Outputs is not [{ Length: > 0 } name, ..])
        {
            return null;
        }

        OnnxAttributes attributes = node.Attributes;
        return attributes.Contains("value") ? attributes.GetTensor("value")
            : attributes.Contains("value_float") ? OnnxTensor.Create<float>(name, [], [attributes.GetFloat("value_float", 0)])
            : attributes.Contains("value_int") ? OnnxTensor.Create<long>(name, [], [attributes.GetInt("value_int", 0)])
            : attributes.GetFloats("value_floats") is float[] floats ? OnnxTensor.Create<float>(name, [floats.Length], floats)
            : attributes.GetInts("value_ints") is long[] integers ? OnnxTensor.Create<long>(name, [integers.Length], integers)
            : null;
    }
}
