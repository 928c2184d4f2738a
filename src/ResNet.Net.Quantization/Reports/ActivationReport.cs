namespace ResNet.Net.Quantization;

/// <summary>Represents the quantization of an activation, <c>x = (q - ZeroPoint) * Scale</c>.</summary>
/// <param name="Name">The value's name in the float model.</param>
/// <param name="ObservedMin">The smallest value observed on the calibration images.</param>
/// <param name="ObservedMax">The largest value observed on the calibration images.</param>
/// <param name="Min">The smallest representable value; smaller values are clipped.</param>
/// <param name="Max">The largest representable value; larger values are clipped.</param>
/// <param name="Scale">The quantization step.</param>
/// <param name="ZeroPoint">The integer that represents 0.</param>
public sealed record ActivationReport(
    string Name, double ObservedMin, double ObservedMax, double Min, double Max, double Scale, int ZeroPoint);
