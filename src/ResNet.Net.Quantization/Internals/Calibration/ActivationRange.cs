namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>The values of an activation that 8 bits shall represent; what lies outside is clipped.</summary>
internal readonly record struct ActivationRange(double Min, double Max)
{
    /// <summary>0 must be represented exactly: paddings and the zeros of a Relu are.</summary>
    public ActivationRange WithZero => new(Math.Min(Min, 0), Math.Max(Max, 0));
}
