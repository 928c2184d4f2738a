namespace ResNet.Net.Internals.Preprocessing;

/// <summary>Memory for the steps between picture and tensor. Belongs to a slot, grows to the largest picture seen, is never shared.</summary>
internal sealed class PreprocessingScratch
{
    private byte[] _row = [];
    private byte[] _crop = [];
    private byte[] _bytes = [];
    private int[] _integers = [];
    private int[] _weights = [];
    private double[] _doubles = [];

    /// <summary>A row of the source as RGB.</summary>
    public Span<byte> Row(int length) => Take(ref _row, length);

    /// <summary>The resampled crop, packed RGB.</summary>
    public Span<byte> Crop(int length) => Take(ref _crop, length);

    public Span<byte> Bytes(int length) => Take(ref _bytes, length);

    public Span<int> Integers(int length) => Take(ref _integers, length);

    public Span<int> Weights(int length) => Take(ref _weights, length);

    public Span<double> Doubles(int length) => Take(ref _doubles, length);

    private static Span<T> Take<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(Math.Max(length, array.Length * 2));
        }

        return array.AsSpan(0, length);
    }
}
