using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// x86 without VNNI sums the products of unsigned and signed bytes in 16 bits, which saturate: answers change. A session entry of ONNX Runtime makes it use
/// wider sums. Only where it is needed: with VNNI it takes ONNX Runtime off its fastest kernels (docs/quantization.md).
/// </summary>
internal static class Int8Guard
{
    public const string Entry = "session.x64quantprecision";

    public static bool IsNeeded(bool hasInt8DotProduct)
        => !hasInt8DotProduct && RuntimeInformation.ProcessArchitecture is (Architecture.X64 or Architecture.X86);

    /// <summary>The entries that a session needs. For every model, since a file of the caller's own may be quantized too: it acts on integer operators alone.</summary>
    public static Dictionary<string, string> Entries(bool hasInt8DotProduct) => IsNeeded(hasInt8DotProduct) ? new() { [Entry] = "1" } : [];
}
