namespace ResNet.Net.Onnx;

/// <summary>Represents the quantization of a value: <c>(q - ZeroPoint) * Scale</c>, with the names of both initializers.</summary>
internal sealed record ValueQuantization(float Scale, byte ZeroPoint, string ScaleName, string ZeroPointName);

/// <summary>Represents a value that the network computes. In ONNX, maps are always <c>[N, C, H, W]</c>.</summary>
/// <param name="Name">The name in ONNX.</param>
/// <param name="Channels">The number of channels, or of elements per image if the value is flat.</param>
/// <param name="Height">The number of rows; 1 if the value is flat.</param>
/// <param name="Width">The number of columns; 1 if the value is flat.</param>
internal sealed record NetworkValue(string Name, long Channels, long Height, long Width)
{
    /// <summary>Gets the quantization; <see langword="null"/> for float values.</summary>
    public ValueQuantization? Quantization { get; init; }

    /// <summary>Gets whether the value is <c>[N, Channels]</c>.</summary>
    public bool IsFlat { get; init; }

    /// <summary>
    /// Gets whether channels are the last dimension in Caffe2; <see langword="null"/> if no operator has
    /// determined it.
    /// </summary>
    public bool? IsNhwc { get; init; }

    public long Length => Channels * Height * Width;

    public override string ToString() => IsFlat ? $"[{Channels}]" : $"[{Channels}, {Height}, {Width}]";
}
