namespace ResNet.Net.Internals.Preprocessing;

/// <summary>Memory for the steps between picture and tensor. Belongs to a slot, grows to what the pictures need, is never shared.</summary>
internal sealed class PreprocessingScratch
{
    private byte[] _rows = [];
    private byte[] _row = [];
    private byte[] _flattened = [];
    private byte[] _tile = [];
    private int[] _taps = [];
    private int[] _weights = [];
    private double[] _doubles = [];
    private float[] _floats = [];
    private short[] _shorts = [];
    private float[] _tensor = [];

    /// <summary>Source rows after the horizontal pass.</summary>
    public Span<byte> Rows(int length) => Take(ref _rows, length);

    /// <summary>One row of the result, before it is normalised.</summary>
    public Span<byte> Row(int length) => Take(ref _row, length);

    /// <summary>Source rows without their alpha.</summary>
    public Span<byte> Flattened(int length) => Take(ref _flattened, length);

    /// <summary>A part of the source with rows and columns exchanged.</summary>
    public Span<byte> Tile(int length) => Take(ref _tile, length);

    /// <summary>Where the filter reads, and with which weights.</summary>
    public Span<int> Taps(int length) => Take(ref _taps, length);

    /// <summary>The weights of one row or column in the order that a kernel wants.</summary>
    public Span<int> Weights(int length) => Take(ref _weights, length);

    public Span<double> Doubles(int length) => Take(ref _doubles, length);

    public Span<float> Floats(int length) => Take(ref _floats, length);

    public Span<short> Shorts(int length) => Take(ref _shorts, length);

    /// <summary>The whole resampled picture, normalised: what several crops are taken from.</summary>
    public Span<float> Tensor(int length) => Take(ref _tensor, length);

    private static Span<T> Take<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(Math.Max(length, (int)Math.Min(array.Length * 2L, Array.MaxLength)));
        }

        return array.AsSpan(0, length);
    }
}
