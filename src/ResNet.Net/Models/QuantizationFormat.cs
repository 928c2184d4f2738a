namespace ResNet.Net;

/// <summary>How a quantized model is written.</summary>
public enum QuantizationFormat
{
    /// <summary>Integer operators (<c>QLinearConv</c>, ...).</summary>
    QOperator,

    /// <summary>Float operators between <c>QuantizeLinear</c> and <c>DequantizeLinear</c>, which the runtime fuses.</summary>
    Qdq,
}
