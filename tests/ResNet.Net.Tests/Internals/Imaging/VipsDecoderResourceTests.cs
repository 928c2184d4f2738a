using System.Runtime.InteropServices;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>What libvips takes and leaves behind. Its accounts are the process's, so nothing may decode beside these.</summary>
[Collection(nameof(Alone))]
public partial class VipsDecoderResourceTests
{
    private static readonly VipsDecoder Decoder = new();

    [Theory]
    [InlineData("bad-png-huge")]
    [InlineData("bad-jpeg-huge")]
    [InlineData("bad-gif-huge")]
    [InlineData("bad-tiff-huge")]
    [InlineData("bad-webp-huge")]
    public void Decode_PictureThatClaimsToBeHuge_TakesNoMemoryForItsPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        _ = Outcome(encoded);
        long managed = GC.GetAllocatedBytesForCurrentThread();
        long native = VipsMemory.Peak;

        Action decode = () => Decoder.Decode(encoded, new ImageDecodingOptions(), autoOrient: true).Dispose();

        decode.Should().ThrowExactly<ImageDecodeException>().Which.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        (GC.GetAllocatedBytesForCurrentThread() - managed).Should().BeLessThan(1_000_000);
        (VipsMemory.Peak - native).Should().BeLessThan(50_000_000, "the smallest of these would take 268 million bytes even in grey");
    }

    [Fact]
    public void Decode_ThousandsOfGoodAndBadPictures_LeavesNoMemoryBehind()
    {
        byte[][] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Concat(ImageFixtures.Either).Select(fixture => fixture.Encoded())];
        foreach (byte[] file in files)
        {
            _ = Outcome(file);
        }

        (long bytes, int allocations) = Settle(long.MaxValue, int.MaxValue);
        int decoded = 0;
        for (int i = 0; i < 3_000; i++)
        {
            decoded += Outcome(files[i % files.Length]) is null ? 1 : 0;
        }

        decoded.Should().BeInRange(1_500, 2_900, "good and bad files take turns");
        (long bytesLeft, int allocationsLeft) = Settle(bytes, allocations);
        bytesLeft.Should().BeLessThanOrEqualTo(bytes);
        allocationsLeft.Should().BeLessThanOrEqualTo(allocations);
    }

    [UnixFact]
    public void Decode_BadPictures_WritesNothingToStandardError()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("stderr.txt", "");
        byte[][] files = [.. ImageFixtures.Bad.Concat(ImageFixtures.Valid).Select(fixture => fixture.Encoded())];
        int failures = 0;
        using (new RedirectedStandardError(path))
        {
            foreach (byte[] file in files)
            {
                failures += Outcome(file) is null ? 0 : 1;
                failures += Outcome(file.AsSpan(0, file.Length * 2 / 3).ToArray()) is null ? 0 : 1;
            }
        }

        failures.Should().BeGreaterThan(ImageFixtures.Bad.Count);
        File.ReadAllText(path).Should().BeEmpty();
    }

    private static ImageDecodeFailure? Outcome(byte[] encoded)
    {
        try
        {
            using DecodedImage image = Decoder.Decode(encoded, new ImageDecodingOptions(), autoOrient: true);
            return null;
        }
        catch (ImageDecodeException exception)
        {
            return exception.Failure;
        }
    }

    // Threads of libvips give their buffers back a moment after a picture is done: wait until the accounts are as low as the goal or stand still.
    private static (long Bytes, int Allocations) Settle(long bytes, int allocations)
    {
        (long Bytes, int Allocations) last = default;
        int still = 0;
        for (int i = 0; i < 1_000 && still < 50; i++)
        {
            (long Bytes, int Allocations) now = (VipsMemory.Bytes, VipsMemory.Allocations);
            if (now.Bytes <= bytes && now.Allocations <= allocations && bytes != long.MaxValue)
            {
                return now;
            }

            still = now == last ? still + 1 : 0;
            last = now;
            Thread.Sleep(10);
        }

        return last;
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "redirects a file descriptor, which Windows lacks" : null;
    }

    /// <summary>Points file descriptor 2 of the process at a file: what native code prints does not pass through the console class.</summary>
    private sealed partial class RedirectedStandardError : IDisposable
    {
        private const int StandardError = 2;
        private readonly int _original = Duplicate(StandardError);

        public RedirectedStandardError(string path)
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            _ = DuplicateTo((int)file.SafeFileHandle.DangerousGetHandle(), StandardError);
        }

        public void Dispose()
        {
            _ = DuplicateTo(_original, StandardError);
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
