namespace ResNet.Net.Synthetic;

/// <summary>Represents an intermediate value: its name, its shape, and its calibration data.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Channels">The number of channels.</param>
/// <param name="Size">The height and width of the map.</param>
/// <param name="Sample">The value for the calibration images; null if a caller provides the weights.</param>
internal sealed record Activation(string Name, int Channels, int Size, CalibrationTensor? Sample)
{
    /// <summary>Gets a value indicating whether this is the input image.</summary>
    public bool IsImage { get; init; }

    /// <summary>Gets a value indicating whether the value is flattened to [N, channels].</summary>
    public bool IsFlat { get; init; }
}
