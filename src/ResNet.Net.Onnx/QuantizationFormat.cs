namespace ResNet.Net.Onnx;

/// <summary>Specifies how a quantized model is represented.</summary>
public enum QuantizationFormat
{
    /// <summary>Integer operators such as <c>QLinearConv</c>.</summary>
    QOperator,

    /// <summary>Float operators between <c>QuantizeLinear</c> and <c>DequantizeLinear</c>, which ONNX Runtime fuses.</summary>
    Qdq,
}
