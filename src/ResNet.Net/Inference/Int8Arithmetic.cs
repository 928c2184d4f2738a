namespace ResNet.Net;

/// <summary>Specifies how ONNX Runtime adds the products of bytes in int8 models.</summary>
public enum Int8Arithmetic
{
    /// <summary>Exactly, in 32 bits, with one instruction: AVX-512 VNNI, AVX-VNNI, or the dot product of Arm.</summary>
    DotProduct,

    /// <summary>
    /// Exactly, in 32 bits, with several instructions: on Arm without the dot product, and on x86 without VNNI if
    /// <c>session.x64quantprecision=1</c> is effective. The classifier sets that entry on such processors.
    /// </summary>
    Widened,

    /// <summary>In 16 bits, which saturate: on x86 without VNNI and without that entry. Results change.</summary>
    Saturating,
}
