using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

/// <summary>
/// Tests the resources that the default decoder uses and releases. They measure the memory of the process, so no other test may run in
/// parallel.
/// </summary>
[Collection(nameof(Alone))]
public partial class SkiaSharpDecoderResourceTests
{
    private const int MaxManagedBytes = 1024;

    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_SteadyState_AllocatesLessThanAKilobyte(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions options = new();
        void Decode() => ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient: true).Dispose();
        for (int i = 0; i < 4; i++)
        {
            Decode();
        }

        Allocations.Of(Decode).Should().BeLessThanOrEqualTo(MaxManagedBytes);
    }

    [Theory]
    [InlineData("bad-png-huge")]
    [InlineData("bad-jpeg-huge")]
    [InlineData("bad-gif-huge")]
    [InlineData("bad-webp-huge")]
    [InlineData("bad-bmp-huge")]
    public void Decode_HeaderOfHugeImage_AllocatesNoPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        _ = DecodeOutcome.Of(encoded);
        long managed = GC.GetAllocatedBytesForCurrentThread();
        long peak = Process.GetCurrentProcess().PeakWorkingSet64;

        Action decode = () => ImageDecoding.Default.Decode(encoded).Dispose();

        decode.Should().ThrowExactly<ImageDecodeException>().Which.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        (GC.GetAllocatedBytesForCurrentThread() - managed).Should().BeLessThan(1_000_000);
        (Process.GetCurrentProcess().PeakWorkingSet64 - peak)
            .Should().BeLessThan(50_000_000, "the smallest of these images would take 268 million bytes even in gray");
    }

    [Fact]
    public void Decode_ChunksThatInflateToGigabytes_AllocatesLittle()
    {
        byte[] png = ImageFixtures.Get("png-rgb").Encoded();
        byte[] bomb = Deflate(new byte[64_000_000]);
        byte[] hostile =
        [
            .. png.AsSpan(0, 33),
            .. PngFiles.Chunk("iCCP"u8, [.. "x\0\0"u8, .. bomb]),
            .. Enumerable.Repeat(PngFiles.Chunk("zTXt"u8, [.. "Raw profile type exif\0\0"u8, .. bomb]), 20).SelectMany(c => c),
            .. Enumerable.Repeat(PngFiles.Chunk("iTXt"u8, [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. bomb]), 20).SelectMany(c => c),
            .. png.AsSpan(33),
        ];
        _ = DecodeOutcome.Of(hostile);
        long peak = Process.GetCurrentProcess().PeakWorkingSet64;

        DecodeOutcome outcome = DecodeOutcome.Of(hostile);

        outcome.DifferenceFrom(DecodeOutcome.Of(png)).Should().BeNull();
        (Process.GetCurrentProcess().PeakWorkingSet64 - peak).Should().BeLessThan(50_000_000, "the chunks inflate to 2,600 million bytes");
    }

    [Theory]
    [InlineData("gif-animated", 500_000)]
    [InlineData("png-rgb", 500_000)]
    public async Task Decode_HundredsOfThousandsOfChunks_Returns(string name, int count)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        byte[] chunk = name == "png-rgb" ? PngFiles.Chunk("tEXt"u8, "a\0b"u8) : [0x21, 0xFE, 1, 65, 0];
        int position = name == "png-rgb" ? 33 : 13 + (3 << ((encoded[10] & 7) + 1));
        byte[] many = new byte[encoded.Length + (count * chunk.Length)];
        encoded.AsSpan(0, position).CopyTo(many);
        for (int i = 0; i < count; i++)
        {
            chunk.CopyTo(many, position + (i * chunk.Length));
        }

        encoded.AsSpan(position).CopyTo(many.AsSpan(position + (count * chunk.Length)));

        // The timeout detects a hang; it is not a measurement.
        DecodeOutcome outcome = await Task.Run(() => DecodeOutcome.Of(many)).WaitAsync(TimeSpan.FromMinutes(1));

        outcome.DifferenceFrom(DecodeOutcome.Of(encoded)).Should().BeNull();
    }

    [Fact]
    public void Decode_ThousandsOfImages_ReleasesMemory()
    {
        byte[][] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Select(fixture => fixture.Encoded())];
        int decoded = 0;
        void Decode(int times)
        {
            for (int i = 0; i < times; i++)
            {
                decoded += DecodeOutcome.Of(files[i % files.Length]).Failure is null ? 1 : 0;
            }
        }

        // Other parts of the process can grow too, but not in every round, whereas a leak does.
        Decode(3_000);
        long growth = long.MaxValue;
        int opened = int.MaxValue;
        int rounds = 0;
        while (rounds < 4 && (growth >= 24_000_000 || opened > 3))
        {
            long before = Environment.WorkingSet;
            int handles = OpenFiles();
            decoded = 0;
            Decode(12_000);
            growth = Math.Min(growth, Environment.WorkingSet - before);
            opened = Math.Min(opened, OpenFiles() - handles);
            rounds++;
        }

        decoded.Should().BeInRange(5_600, 11_200, "valid and invalid files alternate");
        growth.Should().BeLessThan(24_000_000, "twelve thousand leaked codecs would take several times that");
        opened.Should().BeLessThanOrEqualTo(3);
    }

    [UnixFact]
    public void Decode_InvalidImages_WritesNothingToTheConsole()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("console.txt", "");
        byte[][] files = [.. ImageFixtures.Bad.Concat(ImageFixtures.Valid).Select(fixture => fixture.Encoded())];
        int failures = 0;
        using (new RedirectedDescriptor(RedirectedDescriptor.StandardOutput, path))
        using (new RedirectedDescriptor(RedirectedDescriptor.StandardError, path))
        {
            failures += DecodeOutcome.Of(WithBrokenMask("bmp-16bit-565", 54)).Failure is null ? 0 : 1;
            failures += DecodeOutcome.Of(WithBrokenMask("bmp-32bit-alpha", 66)).Failure is null ? 0 : 1;
            foreach (byte[] file in files)
            {
                failures += DecodeOutcome.Of(file).Failure is null ? 0 : 1;
                failures += DecodeOutcome.Of(file.AsSpan(0, file.Length * 2 / 3)).Failure is null ? 0 : 1;
            }
        }

        failures.Should().BeGreaterThan(ImageFixtures.Bad.Count + 2);
        File.ReadAllText(path).Should().BeEmpty();
    }

    // Skia writes a console warning about such masks.
    private static byte[] WithBrokenMask(string name, int offset)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        encoded[offset] = 0x55;
        return encoded;
    }

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

    private static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute()
            => Skip = OperatingSystem.IsWindows() ? "redirects a file descriptor, which Windows does not support" : null;
    }

    /// <summary>Redirects a file descriptor of the process to a file. Output of native code bypasses the Console class.</summary>
    private sealed partial class RedirectedDescriptor : IDisposable
    {
        public const int StandardOutput = 1;
        public const int StandardError = 2;

        private readonly int _descriptor;
        private readonly int _original;

        public RedirectedDescriptor(int descriptor, string path)
        {
            _descriptor = descriptor;
            _original = Duplicate(descriptor);
            using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            _ = DuplicateTo((int)file.SafeFileHandle.DangerousGetHandle(), descriptor);
        }

        public void Dispose()
        {
            _ = DuplicateTo(_original, _descriptor);
            _ = Close(_original);
        }

        [LibraryImport("libc", EntryPoint = "dup")]
        private static partial int Duplicate(int descriptor);

        [LibraryImport("libc", EntryPoint = "dup2")]
        private static partial int DuplicateTo(int descriptor, int target);

        [LibraryImport("libc", EntryPoint = "close")]
        private static partial int Close(int descriptor);
    }
}
