namespace ResNet.Net;

/// <summary>
/// A profile's last steps as one multiplication and one addition a value: <c>(value / 255 * range - mean) / std = value * Scale + Offset</c> in float32,
/// for values in [0, 255]. Within 4e-7 of the exact result for ImageNet's mean and standard deviation.
/// </summary>
internal sealed class Normalization
{
    private readonly float[] _scale = new float[3];
    private readonly float[] _offset = new float[3];
    private readonly bool _reversed;

    public Normalization(PreprocessingProfile profile)
    {
        _reversed = profile.Channels == ChannelOrder.Bgr;
        double range = profile.Range == ValueRange.ZeroToOne ? 1 : 255;
        for (int plane = 0; plane < 3; plane++)
        {
            _scale[plane] = (float)(range / 255 / profile.Std[plane]);
            _offset[plane] = (float)(-(double)profile.Mean[plane] / profile.Std[plane]);
        }
    }

    /// <param name="plane">A plane of the tensor.</param>
    /// <returns>The factor.</returns>
    public float Scale(int plane) => _scale[plane];

    /// <param name="plane">A plane of the tensor.</param>
    /// <returns>The summand.</returns>
    public float Offset(int plane) => _offset[plane];

    /// <param name="plane">A plane of the tensor.</param>
    /// <returns>The color in it: 0 red, 1 green, 2 blue.</returns>
    public int Color(int plane) => _reversed ? 2 - plane : plane;
}
