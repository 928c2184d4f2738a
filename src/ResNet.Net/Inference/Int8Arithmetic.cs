namespace ResNet.Net;

/// <summary>How products of bytes are summed when an int8 model runs.</summary>
public enum Int8Arithmetic
{
    /// <summary>Exactly, in 32 bits, by one instruction: AVX-512 VNNI, AVX-VNNI, on Arm the dot product.</summary>
    DotProduct,

    /// <summary>Exactly, in 32 bits, by several instructions: Arm without the dot product, and x86 without VNNI where <c>session.x64quantprecision=1</c> works, which every session sets there.</summary>
    Widened,

    /// <summary>In 16 bits that saturate, in pairs: x86 without VNNI and without that entry. Answers change.</summary>
    Saturating,
}
