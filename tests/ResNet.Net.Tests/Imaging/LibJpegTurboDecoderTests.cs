using System.Collections.Concurrent;
using System.IO.Compression;

namespace ResNet.Net.Tests;

/// <summary>Compares libturbojpeg with SkiaSharp: undamaged images have the same pixels, and both reject the same images.</summary>
public class LibJpegTurboDecoderTests
{
    private static readonly SkiaSharpDecoder Skia = new();

    // Adobe CMYK and YCCK, 4:4:0, and a progressive file without all refinement scans.
    private static readonly string[] NotPlain = ["jpeg-cmyk", "jpeg-ycck", "jpeg-440", "jpeg-unrefined"];

    public static TheoryData<string> AllNames
        => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Bad).Concat(ImageFixtures.Either));

    public static TheoryData<string> JpegNames => ImageFixtures.Names(ImageFixtures.Valid.Where(IsJpeg));

    private static ImageDecodingOptions[] AllOptions =>
    [
        new(),
        new() { AllowTruncated = true },
        new() { MaxBytes = 100 },
        new() { MaxWidth = 30 },
        new() { MaxHeight = 30 },
        new() { MaxPixels = 900 },
    ];

    [LibJpegTurboTheory]
    [MemberData(nameof(JpegNames))]
    public void Decode_JpegFixture_ReturnsThePixelsOfSkiaSharp(string name)
    {
        CountingDecoder fallback = new(Skia);
        LibJpegTurboDecoder decoder = new(fallback);
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        foreach (bool autoOrient in new[] { true, false })
        {
            DecodeOutcome expected = DecodeOutcome.Of(Skia, encoded, autoOrient: autoOrient);

            DecodeOutcome.Of(decoder, encoded, autoOrient: autoOrient).DifferenceFrom(expected).Should().BeNull();
        }

        fallback.Calls.Should().Be(NotPlain.Contains(name) ? 2 : 0);
    }

    [LibJpegTurboTheory]
    [MemberData(nameof(AllNames))]
    public void Decode_AnyFixture_ReturnsTheOutcomeOfSkiaSharp(string name)
    {
        LibJpegTurboDecoder decoder = new();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        foreach (ImageDecodingOptions options in AllOptions)
        {
            DecodeOutcome expected = DecodeOutcome.Of(Skia, encoded, options);

            DecodeOutcome outcome = DecodeOutcome.Of(decoder, encoded, options);

            outcome.DifferenceFrom(expected).Should().BeNull();
            outcome.Message.Should().Be(expected.Message);
        }
    }

    [LibJpegTurboTheory]
    [MemberData(nameof(JpegNames))]
    public void Decode_JpegTruncatedAnywhere_ReturnsTheOutcomeOfSkiaSharp(string name)
    {
        LibJpegTurboDecoder decoder = new();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        List<string> wrong = [];
        for (int length = 1; length < encoded.Length; length += 7)
        {
            ImageDecodingOptions options = new() { AllowTruncated = length % 2 == 0 };
            ReadOnlySpan<byte> truncated = encoded.AsSpan(0, length);
            DecodeOutcome expected = DecodeOutcome.Of(Skia, truncated, options);
            if (DecodeOutcome.Of(decoder, truncated, options).DifferenceFrom(expected) is string difference)
            {
                wrong.Add($"{length} bytes: {difference}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [LibJpegTurboFact(needsShared: true)]
    public void Decode_Photos_ReturnsThePixelsOfSkiaSharp()
    {
        CountingDecoder fallback = new(Skia);
        LibJpegTurboDecoder decoder = new(fallback);
        int photos = 0;
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            DecodeOutcome.Of(decoder, encoded).DifferenceFrom(DecodeOutcome.Of(Skia, encoded)).Should().BeNull("of {0}", entry.Name);
            foreach (int side in photos % 4 == 0 ? new[] { 20, 40, 90 } : [])
            {
                ResizeRule rule = ResizeRule.ShortSide(side);
                DecodeOutcome expected = DecodeOutcome.Of(Skia, encoded, shrinkFor: rule);
                DecodeOutcome outcome = DecodeOutcome.Of(decoder, encoded, shrinkFor: rule);
                outcome.DifferenceFrom(expected).Should().BeNull("of {0} for {1}", entry.Name, side);
            }

            photos++;
        }

        photos.Should().Be(200);
        fallback.Calls.Should().Be(0, "all photos are plain JPEG files");
    }

    [LibJpegTurboTheory]
    [MemberData(nameof(JpegNames))]
    public void Decode_MutatedJpeg_SucceedsOrThrowsLikeSkiaSharp(string name)
    {
        LibJpegTurboDecoder decoder = new();
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = ImageFixtures.OfTheSameFormat(name);
        List<string> wrong = [];
        for (int round = 0; round < ImageMutator.Rounds; round++)
        {
            Random random = ImageMutator.CreateRandom(name, round);
            byte[] mutated = ImageMutator.Mutate(original, others, random);
            ImageDecodingOptions options = new() { MaxPixels = 1_000_000, AllowTruncated = random.Next(4) == 0 };
            DecodeOutcome expected = DecodeOutcome.Of(Skia, mutated, options);
            DecodeOutcome outcome = DecodeOutcome.Of(decoder, mutated, options);

            // If neither library detects the damage, the pixels can differ.
            if (outcome with { Pixels = expected.Pixels } != expected)
            {
                wrong.Add($"round {round}: {outcome} instead of {expected}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [LibJpegTurboTheory]
    [InlineData("jpeg-420", 0xDB)] // quantization
    [InlineData("jpeg-420", 0xC4)] // Huffman; libjpeg has default tables
    [InlineData("jpeg-progressive", 0xDB)]
    [InlineData("jpeg-progressive", 0xC4)]
    public void Decode_MissingTables_DoesNotUseThoseOfThePreviousImage(string name, int marker)
    {
        LibJpegTurboDecoder decoder = new();
        byte[] whole = ImageFixtures.Get(name).Encoded();
        byte[] without = whole;
        foreach (int start in JpegFiles.Find(whole, marker).Reverse())
        {
            without = [.. without.AsSpan(0, start), .. without.AsSpan(start + 2 + (256 * without[start + 2]) + without[start + 3])];
        }

        JpegFiles.Find(without, marker).Should().BeEmpty();
        for (int round = 0; round < 3; round++)
        {
            DecodeOutcome.Of(decoder, whole).DifferenceFrom(DecodeOutcome.Of(Skia, whole)).Should().BeNull();

            DecodeOutcome.Of(decoder, without).DifferenceFrom(DecodeOutcome.Of(Skia, without)).Should().BeNull();
        }
    }

    [LibJpegTurboFact]
    public void Decode_EightThreads_ReturnsTheOutcomeOfEachImage()
    {
        LibJpegTurboDecoder decoder = new();
        byte[][] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Where(IsJpeg).Select(fixture => fixture.Encoded())];
        DecodeOutcome[] expected = [.. files.Select(file => DecodeOutcome.Of(decoder, file))];
        ConcurrentQueue<string> wrong = [];

        Parallel.For(0, 8 * 10 * files.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int file = i * 7919 % files.Length;
            if (DecodeOutcome.Of(decoder, files[file]).DifferenceFrom(expected[file]) is string difference)
            {
                wrong.Enqueue($"{file}: {difference}");
            }
        });

        wrong.Should().BeEmpty();
    }

    [LibJpegTurboFact]
    public void Decode_SteadyState_AllocatesNoPixels()
    {
        LibJpegTurboDecoder decoder = new();
        byte[] encoded = ImageFixtures.Get("jpeg-larger").Encoded();
        ImageDecodingOptions options = new();
        void Decode()
        {
            using DecodedImage image = decoder.Decode(encoded, options);
        }

        Decode();

        Allocations.Of(Decode).Should().BeLessThanOrEqualTo(512, "it allocates the request, the image and the handle, but no pixels");
    }

    [Fact]
    public void Constructor_MissingLibrary_ThrowsWithRemedy()
    {
        Action create = () => _ = new LibJpegTurboDecoder(libraryPath: "/no/such/libturbojpeg.so.0");

        create.Should().ThrowExactly<ResNetException>()
            .WithMessage("*/no/such/libturbojpeg.so.0*apt-get install libturbojpeg0*SkiaSharpDecoder*");
    }

    [LibJpegTurboFact]
    public void Decode_OtherFormat_UsesTheFallback()
    {
        PngOnlyDecoder fallback = new();
        LibJpegTurboDecoder decoder = new(fallback);

        decoder.Formats.Should().Equal("JPEG", "PNG");
        DecodeOutcome.Of(decoder, ImageFixtures.Get("jpeg-baseline").Encoded()).Failure.Should().BeNull();
        fallback.Calls.Should().Be(0);
        DecodeOutcome.Of(decoder, ImageFixtures.Get("png-rgb").Encoded()).Failure.Should().BeNull();
        DecodeOutcome.Of(decoder, ImageFixtures.Get("webp-lossy").Encoded()).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        fallback.Calls.Should().Be(2);
    }

    private static bool IsJpeg(ImageFixture fixture) => fixture.File.EndsWith(".jpg", StringComparison.Ordinal);

    private sealed class CountingDecoder(IImageDecoder decoder) : IImageDecoder
    {
        public int Calls { get; private set; }

        public IReadOnlyList<string> Formats => decoder.Formats;

        public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
        {
            Calls++;
            return decoder.TryDecode(encoded, request);
        }
    }

    private sealed class PngOnlyDecoder : IImageDecoder
    {
        private readonly SkiaSharpDecoder _decoder = new();

        public int Calls { get; private set; }

        public IReadOnlyList<string> Formats => ["PNG"];

        public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
        {
            Calls++;
            return encoded.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P']) && _decoder.TryDecode(encoded, request);
        }
    }
}
