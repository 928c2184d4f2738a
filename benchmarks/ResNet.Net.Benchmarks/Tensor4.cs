namespace ResNet.Net.Benchmarks;

/// <summary>
/// Represents a dense tensor with a four-dimensional indexer, like ONNX Runtime's but without bounds checks and virtual calls.
/// </summary>
internal sealed class Tensor4(int n, int c, int h, int w)
{
    public float[] Values { get; } = new float[n * c * h * w];

    public float this[int i, int j, int y, int x]
    {
        get => Values[(((((i * c) + j) * h) + y) * w) + x];
        set => Values[(((((i * c) + j) * h) + y) * w) + x] = value;
    }
}
