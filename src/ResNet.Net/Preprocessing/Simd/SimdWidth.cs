namespace ResNet.Net;

/// <summary>How many bits of an image one instruction works on.</summary>
internal enum SimdWidth
{
    /// <summary>One value at a time.</summary>
    Scalar = 0,

    /// <summary>SSE, NEON.</summary>
    Vector128 = 128,

    /// <summary>AVX2.</summary>
    Vector256 = 256,

    /// <summary>AVX-512 (F, BW).</summary>
    Vector512 = 512,
}
