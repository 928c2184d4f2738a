using System.Collections.Concurrent;
using System.IO.Compression;
using SixLabors.ImageSharp;

namespace ResNet.Net.Tests;

public class ImageSharpDecoderTests
{
    private static readonly ImageSharpDecoder Decoder = new();
    private static readonly string[] Extensions = [".jpg", ".png", ".webp", ".gif", ".bmp"];
    private static readonly string[] NotRead = ["png-interlaced", "png-1bit-interlaced", "png-1x1", "webp-animated"];

    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.Valid.Where(IsRead));

    public static TheoryData<string> TransparentNames
        => ImageFixtures.Names(ImageFixtures.Valid.Where(fixture => IsRead(fixture) && fixture.ExpectedOnWhite is not null));

    public static TheoryData<string> NotReadNames => [.. NotRead];

    public static TheoryData<string> BadNames
        => ImageFixtures.Names(ImageFixtures.Bad.Where(fixture => fixture.Name is not ("bad-ppm" or "bad-bmp")));

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ValidFixture_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeResult.Of(Decoder, fixture.Encoded()).ShouldBeNear(fixture, fixture.ExpectedPixels(), fixture.Tolerance);
    }

    [Theory]
    [MemberData(nameof(TransparentNames))]
    public void Decode_TransparentFixtureOnWhite_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeResult.Of(Decoder, fixture.Encoded(), new ImageDecodingOptions { Background = 255 })
            .ShouldBeNear(fixture, fixture.ExpectedPixelsOnWhite(), fixture.Tolerance);
    }

    [Theory]
    [MemberData(nameof(NotReadNames))]
    public void Decode_KindThatImageSharpDoesNotRead_IsUnsupported(string name)
        => DecodeResult.MustEnd(
            name,
            () => DecodeResult.Of(Decoder, ImageFixtures.Get(name).Encoded()).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat));

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Decode_BadFixture_ThrowsExpectedFailure(string name)
        => DecodeResult.MustEnd(name, () =>
        {
            ImageFixture fixture = ImageFixtures.Get(name);

            DecodeResult result = DecodeResult.Of(Decoder, fixture.Encoded());

            result.Failure.Should().NotBeNull();
            (fixture.Failures.Contains(result.Failure!.Value)
                || (Path.GetExtension(fixture.File) is ".tif" or ".ico" && result.Failure == ImageDecodeFailure.UnsupportedFormat))
                .Should().BeTrue("{0}", result);
        });

    // Interlaced images of at most 4 columns, and those whose data end early, are what ImageSharp 2.1.13 never returns from.
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(3, 3, 0)]
    [InlineData(4, 9, 0)]
    [InlineData(20, 20, 1)]
    [InlineData(20, 20, 300)]
    [InlineData(20, 20, 0)]
    public void Decode_InterlacedPng_IsRefusedBeforeImageSharpSeesIt(int width, int height, int missing)
    {
        byte[] encoded = PngFiles.Rgb(width, height, isInterlaced: true, missing);

        DecodeResult.MustEnd("an interlaced PNG image", () =>
        {
            DecodeResult result = DecodeResult.Of(Decoder, encoded);
            result.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
            result.Message.Should().Contain("interlaced").And.Contain("SkiaSharpDecoder");
        });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 9)]
    [InlineData(20, 20)]
    public void DefaultDecoder_InterlacedPng_GivesItsPixels(int width, int height)
        => DecodeResult.MustEnd("the default decoder", () =>
        {
            byte[] expected =
            [
                .. Enumerable.Range(0, width * height)
                    .SelectMany(i => new byte[] { (byte)(10 * (i % width)), (byte)(10 * (i / width)), 77 }),
            ];

            DecodeResult.Of(new SkiaSharpDecoder(), PngFiles.Rgb(width, height, isInterlaced: true)).Pixels.Should().Equal(expected);

            DecodeResult.Of(Decoder, PngFiles.Rgb(width, height, isInterlaced: false)).Pixels.Should().Equal(expected);
        });

    [Fact]
    public void Decode_SecondHeaderThatIsInterlaced_IsRefused()
    {
        byte[] plain = PngFiles.Rgb(9, 9, isInterlaced: false);
        byte[] second = PngFiles.Header(9, 9, isInterlaced: true);
        byte[] encoded = [.. plain.AsSpan(0, 8 + second.Length), .. second, .. plain.AsSpan(8 + second.Length)];

        DecodeResult.MustEnd("a second header", () => DecodeResult.Of(Decoder, encoded).Failure.Should().Be(ImageDecodeFailure.Corrupt));
    }

    [SharedFact]
    public void Decode_FilesThatHang_AreRefusedAndTheDefaultDecoderAnswers()
        => DecodeResult.MustEnd("the files of the report", () =>
        {
            foreach (string file in Directory.GetFiles(Path.Combine(TestFolders.Shared, "reports", "images"), "hang-imagesharp-*.png"))
            {
                byte[] encoded = File.ReadAllBytes(file);

                DecodeResult.Of(Decoder, encoded).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
                DecodeResult skia = DecodeResult.Of(new SkiaSharpDecoder(), encoded);
                (skia.Failure is not null || skia.Pixels.Length == 3).Should().BeTrue();
            }
        });

    [Theory]
    [InlineData(2, false)] // uncompressed, bottom-up
    [InlineData(2, true)] // top-down
    [InlineData(10, true)] // run lengths
    public void Decode_Tga_GivesItsPixels(byte type, bool isTopDown)
    {
        byte[] encoded = Tga(5, 3, type, isTopDown);

        DecodeResult result = DecodeResult.Of(Decoder, encoded);

        DecodeResult.Of(new SkiaSharpDecoder(), encoded).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        result.Pixels.Should().Equal(Enumerable.Range(0, 15).SelectMany(i => new byte[] { (byte)(40 * (i % 5)), (byte)(60 * (i / 5)), 9 }));
    }

    [Theory]
    [InlineData("P1\n3 2\n0 1 0\n1 0 1\n", new byte[] { 255, 0, 255, 0, 255, 0 })]
    [InlineData("P2\n# comment\n3 2\n255\n0 10 20\n30 40 255\n", new byte[] { 0, 10, 20, 30, 40, 255 })]
    public void Decode_Netpbm_GivesItsPixels(string text, byte[] gray)
        => DecodeResult.Of(Decoder, System.Text.Encoding.ASCII.GetBytes(text)).Pixels.Should()
            .Equal(gray.SelectMany(value => new[] { value, value, value }));

    [Fact]
    public void Decode_BinaryPixmap_GivesItsPixels()
        => DecodeResult.Of(Decoder, [.. "P6\n2 1\n255\n"u8, 1, 2, 3, 250, 251, 252]).Pixels.Should().Equal(1, 2, 3, 250, 251, 252);

    [Theory]
    [InlineData("tiff-rgb")]
    [InlineData("bad-pdf")]
    [InlineData("bad-hdr")]
    [InlineData("bad-svg")]
    public void Decode_OtherFormats_IsUnsupported(string name)
        => DecodeResult.Of(Decoder, ImageFixtures.Get(name).Encoded()).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);

    [Theory]
    [InlineData(new byte[] { 0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 22, 0 })] // ICO
    [InlineData(new byte[] { 0, 0, 2, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 9, 0, 24, 0, 22, 0 })] // a cursor
    [InlineData(new byte[] { 0, 0, 0, 24, 102, 116, 121, 112, 97, 118, 105, 102, 0, 0, 0, 0, 24, 0, 0 })] // AVIF
    public void Decode_NotTga_IsUnsupported(byte[] encoded)
        => DecodeResult.Of(Decoder, encoded).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);

    [Theory]
    [InlineData("png-rgb", 40, 24)]
    [InlineData("jpeg-exif-6", 24, 40)]
    public void Decode_OneBeyondALimit_IsTooLarge(string name, int width, int height)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions exact = new() { MaxBytes = encoded.Length, MaxWidth = width, MaxHeight = height, MaxPixels = width * height };

        DecodeResult.Of(Decoder, encoded, exact).Failure.Should().BeNull();
        ImageDecodingOptions[] tooSmall =
        [
            exact with { MaxBytes = encoded.Length - 1 },
            exact with { MaxWidth = width - 1 },
            exact with { MaxHeight = height - 1 },
            exact with { MaxPixels = (width * height) - 1 },
        ];
        foreach (ImageDecodingOptions options in tooSmall)
        {
            DecodeResult.Of(Decoder, encoded, options).Failure.Should().Be(ImageDecodeFailure.TooLarge);
        }
    }

    [Theory]
    [InlineData("bad-png-huge")]
    [InlineData("bad-jpeg-huge")]
    [InlineData("bad-gif-huge")]
    public void Decode_ImageThatClaimsToBeHuge_TakesNoMemoryForItsPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        _ = DecodeResult.Of(Decoder, encoded);
        long managed = GC.GetAllocatedBytesForCurrentThread();
        long workingSet = Environment.WorkingSet;

        DecodeResult.Of(Decoder, encoded).Failure.Should().Be(ImageDecodeFailure.TooLarge);

        (GC.GetAllocatedBytesForCurrentThread() - managed).Should().BeLessThan(1_000_000);
        (Environment.WorkingSet - workingSet)
            .Should().BeLessThan(200_000_000, "the smallest of these would take 3.6 billion bytes even in gray");
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_CutAnywhere_GivesTheWholeImageOrIsRefused(string name)
        => DecodeResult.MustEnd(name, () =>
        {
            byte[] encoded = ImageFixtures.Get(name).Encoded();
            DecodeResult whole = DecodeResult.Of(Decoder, encoded);
            for (int length = 12; length < encoded.Length; length += Math.Max(1, encoded.Length / 20))
            {
                DecodeResult cut = DecodeResult.Of(Decoder, encoded[..length]);

                (cut.Failure is not null || cut.DifferenceFrom(whole) is null).Should().BeTrue("cut to {0}: {1}", length, cut);
                cut.Failure.Should().NotBe(ImageDecodeFailure.TooLarge);
            }
        });

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_Mutated_DecodesOrIsRefused(string name)
        => DecodeResult.MustEnd(name, () =>
        {
            byte[] original = ImageFixtures.Get(name).Encoded();
            byte[][] others = ImageFixtures.OfTheSameFormat(name);
            for (int round = 0; round < ImageMutator.Rounds; round++)
            {
                byte[] mutated = ImageMutator.Mutate(original, others, ImageMutator.CreateRandom(name, round));
                _ = DecodeResult.Of(Decoder, mutated, new ImageDecodingOptions { MaxPixels = 1_000_000, AllowTruncated = round % 4 == 0 });
            }
        });

    [SharedFact]
    public void Decode_Photos_DiffersFromSkiaSharpAsDocumented()
    {
        SkiaSharpDecoder skia = new();
        (long sum, long count, int largest) = (0, 0, 0);
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        foreach (ZipArchiveEntry entry in archive.Entries.Where((_, i) => i % 3 == 0).Take(60))
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            byte[] expected = DecodeResult.Of(skia, encoded).Pixels;
            byte[] pixels = DecodeResult.Of(Decoder, encoded).Pixels;
            pixels.Should().HaveCount(expected.Length);
            for (int i = 0; i < pixels.Length; i++)
            {
                int difference = Math.Abs(pixels[i] - expected[i]);
                sum += difference;
                largest = Math.Max(largest, difference);
            }

            count += pixels.Length;
        }

        ((double)sum / count).Should().BeInRange(0.1, 0.5);
        largest.Should().BeInRange(20, 100);
    }

    [Fact]
    public void Decode_EightThreadsWithGoodAndBadImages_GivesEachItsOwnOutcome()
    {
        ImageFixture[] fixtures = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad)];
        byte[][] files = [.. fixtures.Select(fixture => fixture.Encoded())];
        DecodeResult[] alone = [.. files.Select(file => DecodeResult.Of(Decoder, file))];
        ConcurrentQueue<string> wrong = [];

        Parallel.For(0, 10 * files.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int file = i * 7919 % files.Length;
            if (DecodeResult.Of(Decoder, files[file]).DifferenceFrom(alone[file]) is string difference)
            {
                wrong.Enqueue($"{fixtures[file].Name}: {difference}");
            }
        });

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Decode_ThousandsOfImages_LeavesNoMemoryBehind()
    {
        byte[][] files = [.. ImageFixtures.Valid.Concat(ImageFixtures.Bad).Select(fixture => fixture.Encoded())];
        long settled = 0;
        for (int round = 0; round < 20; round++)
        {
            foreach (byte[] file in files)
            {
                _ = DecodeResult.Of(Decoder, file);
            }

            settled = round == 7 ? Environment.WorkingSet : settled;
        }

        (Environment.WorkingSet - settled).Should().BeLessThan(60_000_000);
    }

    [Fact]
    public void Decode_SteadyState_AllocatesNoPixels()
    {
        byte[] encoded = PngFiles.Rgb(800, 600, isInterlaced: false);
        void Decode()
        {
            using DecodedImage image = Decoder.Decode(encoded);
        }

        Decode();

        Allocations.Of(Decode).Should().BeLessThan(200_000, "the pixels have 1.4 million bytes");
    }

    [Fact]
    public void Decode_Any_DoesNotChangeTheApplicationsConfiguration()
    {
        (int, object) before = (Configuration.Default.MaxDegreeOfParallelism, Configuration.Default.MemoryAllocator);

        _ = DecodeResult.Of(Decoder, ImageFixtures.Get("jpeg-baseline").Encoded());

        (Configuration.Default.MaxDegreeOfParallelism, (object)Configuration.Default.MemoryAllocator).Should().Be(before);
    }

    private static bool IsRead(ImageFixture fixture)
        => Extensions.Contains(Path.GetExtension(fixture.File)) && !NotRead.Contains(fixture.Name);

    /// <summary>A 24-bit TGA image; pixel (x, y) is (40 * x, 60 * y, 9).</summary>
    private static byte[] Tga(int width, int height, byte type, bool isTopDown)
    {
        List<byte> file = [0, 0, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 24, (byte)(isTopDown ? 0x20 : 0)];
        for (int i = 0; i < height; i++)
        {
            int y = isTopDown ? i : height - 1 - i;
            if (type == 10)
            {
                file.Add((byte)(width - 1)); // one packet of pixels that are not repeated
            }

            for (int x = 0; x < width; x++)
            {
                file.AddRange([9, (byte)(60 * y), (byte)(40 * x)]);
            }
        }

        return [.. file];
    }
}
