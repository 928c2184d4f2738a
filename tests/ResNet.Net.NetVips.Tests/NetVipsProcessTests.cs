using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using NetVips;

namespace ResNet.Net.Tests;

/// <summary>What the decoder leaves behind in the process. Nothing may decode beside these.</summary>
[Collection(nameof(NetVipsProcessTests))]
[CollectionDefinition(nameof(NetVipsProcessTests), DisableParallelization = true)]
public partial class NetVipsProcessTests
{
    private static readonly NetVipsDecoder Decoder = new();

    private static readonly byte[][] Files =
    [
        .. ImageFixtures.Valid.Concat(ImageFixtures.Bad)
            .Where(f => !f.File.EndsWith(".bmp", StringComparison.Ordinal) && !f.File.EndsWith(".ico", StringComparison.Ordinal))
            .Select(f => f.Encoded()),
    ];

    [Fact]
    public void Decode_ManyImages_ChangesNoSettingOfLibvips()
    {
        (int, ulong, int, int) before = (Cache.Max, Cache.MaxMem, Cache.MaxFiles, NetVips.NetVips.Concurrency);
        int cached = Cache.Size;

        DecodeAll();

        (Cache.Max, Cache.MaxMem, Cache.MaxFiles, NetVips.NetVips.Concurrency).Should().Be(before);
        Cache.Size.Should().BeLessThanOrEqualTo(cached + 8, "images are not kept");
        using Image svg = Image.SvgloadBuffer(Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg' width='8' height='4'/>"));
        (svg.Width, svg.Height).Should().Be((8, 4), "the application's other loaders are not blocked");
    }

    [Fact]
    public void Decode_ThousandsOfGoodAndBadImages_LeavesNoMemoryBehind()
    {
        DecodeAll();
        long bytes = Settled();
        long workingSet = 0;
        for (int round = 0; round < 12; round++)
        {
            DecodeAll();
            workingSet = round == 3 ? Environment.WorkingSet : workingSet;
        }

        Settled().Should().BeLessThanOrEqualTo(bytes + 100_000);
        (Environment.WorkingSet - workingSet).Should().BeLessThan(40_000_000);
    }

    [Theory]
    [InlineData("bad-png-huge")]
    [InlineData("bad-jpeg-huge")]
    [InlineData("bad-gif-huge")]
    [InlineData("bad-tiff-huge")]
    [InlineData("bad-webp-huge")]
    public void Decode_ImageThatClaimsToBeHuge_TakesNoMemoryForItsPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        _ = DecodeResult.Of(Decoder, encoded);
        long managed = GC.GetAllocatedBytesForCurrentThread();
        ulong native = Stats.MemHighwater;

        DecodeResult.Of(Decoder, encoded).Failure.Should().Be(ImageDecodeFailure.TooLarge);

        (GC.GetAllocatedBytesForCurrentThread() - managed).Should().BeLessThan(1_000_000);
        (Stats.MemHighwater - native).Should().BeLessThan(50_000_000UL, "the smallest of these would take 268 million bytes even in gray");
    }

    [Fact]
    public void Decode_SteadyState_AllocatesNoPixelsAndNoCopyOfTheFile()
    {
        byte[] rgb = new byte[800 * 600 * 3];
        new Random(1).NextBytes(rgb);
        using Image source = Image.NewFromMemory(rgb, 800, 600, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] encoded = source.TiffsaveBuffer();
        void Decode()
        {
            using DecodedImage image = ImageDecoderExtensions.Decode(Decoder, encoded);
        }

        Decode();

        Allocations.Of(Decode).Should().BeLessThan(100_000, "the file and its pixels have 1.4 million bytes each");
    }

    [UnixFact]
    public void Decode_BadImages_WritesNothingToStandardError()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("stderr.txt", "");
        using (new RedirectedStandardError(path))
        {
            DecodeAll();
            foreach (byte[] file in Files.Where(file => file.Length > 3))
            {
                _ = DecodeResult.Of(Decoder, file[..(file.Length * 2 / 3)]);
            }
        }

        File.ReadAllText(path).Should().BeEmpty();
    }

    [UnixFact]
    public void Warning_OfAnotherUserOfLibvips_IsStillWritten()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("stderr.txt", "");
        byte[] huge = ImageFixtures.Get("bad-tiff-huge").Encoded(); // its strips are too short: libtiff warns
        using (new RedirectedStandardError(path))
        {
            using Image image = Image.NewFromBuffer(huge);
        }

        File.ReadAllText(path).Should().Contain("VIPS-WARNING");
    }

    [Fact]
    public void Decode_BesideSkiaSharpAndImageSharp_HasTheSameOutcomes()
    {
        IImageDecoder[] decoders = [Decoder, new SkiaSharpDecoder(), new ImageSharpDecoder()];
        (int Decoder, int File)[] pairs
            = [.. Enumerable.Range(0, decoders.Length).SelectMany(d => Enumerable.Range(0, Files.Length).Select(f => (d, f)))];
        DecodeResult[] alone = [.. pairs.Select(pair => DecodeResult.Of(decoders[pair.Decoder], Files[pair.File]))];
        alone.Count(result => result.Failure is null).Should().BeGreaterThan(Files.Length);
        DecodeResult[] together = new DecodeResult[pairs.Length];

        // Neighbors in this order are of different decoders.
        int[] order = [.. Enumerable.Range(0, pairs.Length).OrderBy(i => i % Files.Length)];
        Parallel.ForEach(
            Partitioner.Create(order, loadBalance: true),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i => together[i] = DecodeResult.Of(decoders[pairs[i].Decoder], Files[pairs[i].File]));

        foreach ((int index, (int decoder, int file)) in pairs.Index())
        {
            string because = $"{decoders[decoder].GetType().Name}, file {file}";
            together[index].Failure.Should().Be(alone[index].Failure, because);
            together[index].Pixels.Should().Equal(alone[index].Pixels, because);
        }
    }

    private static void DecodeAll()
    {
        foreach (byte[] file in Files)
        {
            _ = DecodeResult.Of(Decoder, file);
        }
    }

    // Threads of libvips return their buffers a moment after an image is done.
    private static long Settled()
    {
        long last = -1;
        for (int i = 0, still = 0; i < 500 && still < 30; i++)
        {
            long now = Stats.Mem;
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

    /// <summary>
    /// Points file descriptor 2 of the process at a file: what native code prints does not pass through the console class.
    /// </summary>
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
