namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>A value between nodes: its name and shape, and what is expected of each channel's values over many pictures.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Size">Height and width of the map.</param>
/// <param name="Mean">The mean by channel.</param>
/// <param name="Variance">The variance by channel.</param>
internal sealed record Activation(string Name, int Size, double[] Mean, double[] Variance)
{
    public int Channels => Mean.Length;

    /// <summary>Whether these are a picture's pixels, which are alike where they are near to each other.</summary>
    public bool IsPicture { get; init; }

    /// <summary>A picture after a profile's normalisation.</summary>
    public static Activation Picture(string name, int channels, int size)
    {
        double[] variance = new double[channels];
        variance.AsSpan().Fill(1);
        return new Activation(name, size, new double[channels], variance) { IsPicture = true };
    }
}
