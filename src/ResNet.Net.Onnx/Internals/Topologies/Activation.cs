namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>A value between nodes: its name and shape, and what it is for the pictures that a network is calibrated on.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Channels">Its channels.</param>
/// <param name="Size">Height and width of the map, for the network's own input size.</param>
/// <param name="Sample">The value for the calibration's pictures; null where a caller gives the weights, and nothing is calibrated.</param>
internal sealed record Activation(string Name, int Channels, int Size, SampleMap? Sample)
{
    /// <summary>Whether these are a picture's pixels.</summary>
    public bool IsPicture { get; init; }

    /// <summary>Whether it has no height and width any more.</summary>
    public bool IsFlat { get; init; }
}
