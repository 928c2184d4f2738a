using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ResNet.Net.Packages.Tests;

/// <summary>What a native library's header says it is for.</summary>
internal static class NativeFile
{
    /// <summary>A runtime identifier, such as <c>linux-x64</c>.</summary>
    public static string Platform(Stream stream)
    {
        byte[] head = new byte[4096];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return Platform(head.AsSpan(0, length));
    }

    /// <summary>The identifier of this machine.</summary>
    public static string Here { get; } = (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    private static string Platform(ReadOnlySpan<byte> head)
    {
        // ELF: e_machine.
        if (head.StartsWith("\u007fELF"u8))
        {
            return "linux-" + Machine(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]), 0x3E, 0xB7);
        }

        // PE: the COFF header's machine, behind the address at 0x3C.
        if (head.StartsWith("MZ"u8))
        {
            ReadOnlySpan<byte> coff = head[BinaryPrimitives.ReadInt32LittleEndian(head[0x3C..])..];
            return coff.StartsWith("PE\0\0"u8) ? "win-" + Machine(BinaryPrimitives.ReadUInt16LittleEndian(coff[4..]), 0x8664, 0xAA64) : "no PE file";
        }

        // Mach-O, 64 bits: cputype.
        return BinaryPrimitives.ReadUInt32LittleEndian(head) == 0xFEEDFACF
            ? "osx-" + Machine(BinaryPrimitives.ReadInt32LittleEndian(head[4..]), 0x01000007, 0x0100000C)
            : "no native library";
    }

    private static string Machine(int value, int x64, int arm64) => value == x64 ? "x64" : value == arm64 ? "arm64" : $"machine {value:X}";
}
