namespace ResNet.Net.Onnx;

/// <summary>Describes what the first operators of a graph do with an input.</summary>
/// <param name="Layout">The order of the dimensions that the operators require.</param>
/// <param name="Scale">The mean factor by which constants multiply the values; 1 if there are none.</param>
/// <param name="Offset">The mean constant that is added after scaling; 0 if there is none.</param>
public sealed record OnnxInputUse(OnnxImageLayout Layout, double Scale, double Offset);
