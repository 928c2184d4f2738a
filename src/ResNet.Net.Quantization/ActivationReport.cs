namespace ResNet.Net.Quantization;

/// <summary>How an activation is quantized: <c>x = (q - ZeroPoint) Scale</c>.</summary>
/// <param name="Name">The value's name in the float model.</param>
/// <param name="ObservedMin">The smallest value on the calibration pictures.</param>
/// <param name="ObservedMax">The largest.</param>
/// <param name="Min">The smallest value that can be represented; smaller ones are clipped to it.</param>
/// <param name="Max">The largest.</param>
/// <param name="Scale">One step.</param>
/// <param name="ZeroPoint">The integer that stands for 0.</param>
public sealed record ActivationReport(string Name, double ObservedMin, double ObservedMax, double Min, double Max, double Scale, int ZeroPoint);
