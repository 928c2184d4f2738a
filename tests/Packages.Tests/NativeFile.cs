using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ResNet.Net.Packages.Tests;

/// <summary>Reads the platform of a native library from its header.</summary>
internal static class NativeFile
{
    /// <summary>Gets the platforms that the packages support.</summary>
    public static IReadOnlyList<string> Platforms { get; } = ["linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64"];

    /// <summary>Gets the runtime identifier of this machine.</summary>
    public static string Here { get; } = (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    /// <summary>Returns the platforms of a library, as runtime identifiers: several for a universal binary of macOS.</summary>
    public static IReadOnlyList<string> PlatformsOf(Stream stream)
    {
        byte[] head = new byte[4096];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return PlatformsOf(head.AsSpan(0, length));
    }

    private static string[] PlatformsOf(ReadOnlySpan<byte> head)
    {
        // ELF: e_machine.
        if (head.StartsWith("\u007fELF"u8))
        {
            return ["linux-" + Machine(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]), 0x3E, 0xB7)];
        }

        // PE: the machine of the COFF header, whose address is at 0x3C.
        if (head.StartsWith("MZ"u8))
        {
            ReadOnlySpan<byte> coff = head[BinaryPrimitives.ReadInt32LittleEndian(head[0x3C..])..];
            return coff.StartsWith("PE\0\0"u8)
                ? ["win-" + Machine(BinaryPrimitives.ReadUInt16LittleEndian(coff[4..]), 0x8664, 0xAA64)]
                : [];
        }

        const int X64 = 0x01000007, Arm64 = 0x0100000C;
        switch (BinaryPrimitives.ReadUInt32BigEndian(head))
        {
            // Mach-O, 64 bits: cputype.
            case 0xCFFAEDFE:
                return ["osx-" + Machine(BinaryPrimitives.ReadInt32LittleEndian(head[4..]), X64, Arm64)];

            // Universal binary: a count, then 20 bytes for each architecture.
            case 0xCAFEBABE:
                List<string> platforms = [];
                for (int i = 0; i < BinaryPrimitives.ReadInt32BigEndian(head[4..]); i++)
                {
                    platforms.Add("osx-" + Machine(BinaryPrimitives.ReadInt32BigEndian(head[(8 + (20 * i))..]), X64, Arm64));
                }

                return [.. platforms];
            default:
                return [];
        }
    }

    private static string Machine(int value, int x64, int arm64) => value == x64 ? "x64" : value == arm64 ? "arm64" : $"machine {value:X}";
}
