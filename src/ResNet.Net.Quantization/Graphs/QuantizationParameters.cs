namespace ResNet.Net.Quantization;

/// <summary>Represents the quantization of an activation, <c>x = (q - ZeroPoint) * Scale</c>.</summary>
internal sealed record QuantizationParameters(float Scale, int ZeroPoint, ActivationType Type)
{
    // A subnormal divisor would make quotients infinite.
    private const double SmallestScale = 1e-30;

    public int MinInteger => Type == ActivationType.UInt8 ? byte.MinValue : sbyte.MinValue;

    public int MaxInteger => Type == ActivationType.UInt8 ? byte.MaxValue : sbyte.MaxValue;

    /// <summary>Gets the smallest representable value.</summary>
    public double Min => (MinInteger - ZeroPoint) * (double)Scale;

    /// <summary>Gets the largest representable value.</summary>
    public double Max => (MaxInteger - ZeroPoint) * (double)Scale;

    public static QuantizationParameters Of(ActivationRange range, ActivationType type)
    {
        (double min, double max) = range.WithZero;
        if (type == ActivationType.Int8)
        {
            double symmetric = Math.Max(Math.Max(-min, max) / sbyte.MaxValue, SmallestScale);
            return new QuantizationParameters((float)symmetric, 0, type);
        }

        float scale = (float)Math.Max((max - min) / byte.MaxValue, SmallestScale);
        return new QuantizationParameters(scale, (int)Math.Clamp(Math.Round(-min / scale), byte.MinValue, byte.MaxValue), type);
    }
}

/// <summary>Represents the values of an activation that 8 bits should cover; values outside are clipped.</summary>
internal readonly record struct ActivationRange(double Min, double Max)
{
    /// <summary>Gets the range extended to 0, which must be exact for padding and the zeros of a Relu.</summary>
    public ActivationRange WithZero => new(Math.Min(Min, 0), Math.Max(Max, 0));
}
