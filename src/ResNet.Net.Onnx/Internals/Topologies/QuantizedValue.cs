namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>A value in 8 bits: <c>(quantized - ZeroPoint) * Scale</c>.</summary>
/// <param name="Name">The name of the value in the network it was made from.</param>
/// <param name="Scale">What a step is worth.</param>
/// <param name="ZeroPoint">What stands for zero.</param>
internal sealed record QuantizedValue(string Name, float Scale, byte ZeroPoint)
{
    public string ScaleName => Name + "_scale";

    public string ZeroPointName => Name + "_zero_point";

    /// <summary>The value's name in the new network, where that is not the usual one.</summary>
    public string QuantizedName { get; init; } = Name + "_quantized";
}
