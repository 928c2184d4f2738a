namespace ResNet.Net;

/// <summary>An input or output of a model, float32.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimensions">Its shape behind the batch dimension.</param>
internal sealed record TensorLayout(string Name, IReadOnlyList<int> Dimensions)
{
    private readonly Int128 _length = Dimensions.Aggregate((Int128)1, (a, b) => a * b);

    /// <summary>Values a crop.</summary>
    public int Length => checked((int)_length);

    public long[] Shape(int batch) => [batch, .. Dimensions.Select(d => (long)d)];
}
