namespace ResNet.Net.Internals.Preprocessing;

/// <summary>From packed RGB to planar, normalised float32 in the profile's channel order: <c>(value - mean) / std</c>.</summary>
internal sealed class Normaliser
{
    private readonly bool _reversed;
    private readonly float[] _byteTable = new float[3 * 256];
    private readonly double[] _scale = new double[3];
    private readonly double[] _offset = new double[3];

    public Normaliser(PreprocessingProfile profile)
    {
        _reversed = profile.Channels == ChannelOrder.Bgr;
        double range = profile.Range == ValueRange.ZeroToOne ? 1 : 255;
        for (int plane = 0; plane < 3; plane++)
        {
            double mean = profile.Mean[plane];
            double std = profile.Std[plane];
            _scale[plane] = range / std;
            _offset[plane] = mean / std;
            for (int value = 0; value < 256; value++)
            {
                _byteTable[(plane * 256) + value] = (float)(((value / 255.0 * range) - mean) / std);
            }
        }
    }

    /// <param name="rgb">Packed bytes, <c>[H, W, 3]</c>.</param>
    /// <param name="planes">The tensor of one picture, <c>[3, H, W]</c>.</param>
    public void Apply(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        int count = planes.Length / 3;
        for (int plane = 0; plane < 3; plane++)
        {
            int channel = _reversed ? 2 - plane : plane;
            ReadOnlySpan<float> table = _byteTable.AsSpan(plane * 256, 256);
            Span<float> output = planes.Slice(plane * count, count);
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = table[rgb[(3 * i) + channel]];
            }
        }
    }

    /// <param name="rgb">Packed values in [0, 1], <c>[H, W, 3]</c>.</param>
    /// <param name="planes">The tensor of one picture, <c>[3, H, W]</c>.</param>
    public void Apply(ReadOnlySpan<float> rgb, Span<float> planes)
    {
        int count = planes.Length / 3;
        for (int plane = 0; plane < 3; plane++)
        {
            int channel = _reversed ? 2 - plane : plane;
            Span<float> output = planes.Slice(plane * count, count);
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = (float)((rgb[(3 * i) + channel] * _scale[plane]) - _offset[plane]);
            }
        }
    }
}
