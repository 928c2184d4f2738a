namespace ResNet.Net.Onnx;

/// <summary>Represents the options of <see cref="Caffe2Importer"/>. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record Caffe2ImportOptions
{
    /// <summary>Gets the format of an imported quantized network. Float networks ignore it.</summary>
    /// <value>The default is <see cref="QuantizationFormat.QOperator"/>.</value>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.QOperator;

    /// <summary>Gets the number of channels of the input. Caffe2's files don't contain the shape of the input.</summary>
    /// <value>The default is 3.</value>
    public int Channels { get; init; } = 3;

    /// <summary>Gets the height of the input in pixels.</summary>
    /// <value>The default is 224.</value>
    public int Height { get; init; } = 224;

    /// <summary>Gets the width of the input in pixels.</summary>
    /// <value>The default is 224.</value>
    public int Width { get; init; } = 224;
}
