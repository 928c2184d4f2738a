using ResNet.Net.Quantization.Internals.Calibration;

namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>An activation's quantization, <c>x = (q - ZeroPoint) Scale</c>.</summary>
internal sealed record QuantizationParameters(float Scale, int ZeroPoint, ActivationType Type)
{
    // A divisor below the normal numbers would make quotients infinite.
    private const double SmallestScale = 1e-30;

    public int Least => Type == ActivationType.UInt8 ? byte.MinValue : sbyte.MinValue;

    public int Most => Type == ActivationType.UInt8 ? byte.MaxValue : sbyte.MaxValue;

    /// <summary>The smallest value that can be represented.</summary>
    public double Min => (Least - ZeroPoint) * (double)Scale;

    /// <summary>The largest value that can be represented.</summary>
    public double Max => (Most - ZeroPoint) * (double)Scale;

    public static QuantizationParameters Of(ActivationRange range, ActivationType type)
    {
        (double min, double max) = range.WithZero;
        if (type == ActivationType.Int8)
        {
            return new QuantizationParameters((float)Math.Max(Math.Max(-min, max) / sbyte.MaxValue, SmallestScale), 0, type);
        }

        float scale = (float)Math.Max((max - min) / byte.MaxValue, SmallestScale);
        return new QuantizationParameters(scale, (int)Math.Clamp(Math.Round(-min / scale), byte.MinValue, byte.MaxValue), type);
    }
}
