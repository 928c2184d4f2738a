namespace ResNet.Net.Tests;

/// <summary>
/// Tests that mutated images are decoded or rejected. <c>tests/Fuzz</c> runs more mutations, in child processes.
/// </summary>
public class SkiaSharpDecoderFuzzTests
{
    private const int MaxPixels = 4_000_000;

    public static TheoryData<string> Names => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_MutatedImage_SucceedsOrThrows(string name)
    {
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = ImageFixtures.OfTheSameFormat(name);
        (int decoded, int rejected) = (0, 0);
        for (int round = 0; round < ImageMutator.Rounds; round++)
        {
            Random random = ImageMutator.CreateRandom(name, round);
            byte[] mutated = ImageMutator.Mutate(original, others, random);
            ImageDecodingOptions options = new() { MaxPixels = MaxPixels, AllowTruncated = random.Next(4) == 0 };
            try
            {
                using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, mutated, options, autoOrient: true);
                PixelView view = image.Pixels;
                ((long)view.Width * view.Height).Should().BeInRange(1, MaxPixels);
                view.Pixels.Length.Should().Be(view.Width * view.Height * PixelView.GetBytesPerPixel(view.Format));
                decoded++;
            }
            catch (ImageDecodeException exception)
            {
                exception.Message.Should().NotBeEmpty();
                rejected++;
            }
        }

        (decoded + rejected).Should().Be(ImageMutator.Rounds);
        rejected.Should().BePositive("some mutations truncate or damage the image");
    }

    [Theory]
    [InlineData("png-rgb")]
    [InlineData("gif-animated")]
    [InlineData("webp-lossy")]
    [InlineData("webp-animated")]
    [InlineData("bmp-rle8")]
    [InlineData("ico-bmp-32bit")]
    [InlineData("jpeg-progressive-420")]
    public void Decode_MutatedImageTwice_ReturnsTheSameOutcome(string name)
    {
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = ImageFixtures.OfTheSameFormat(name);
        List<string> wrong = [];
        for (int round = 0; round < ImageMutator.Rounds; round++)
        {
            Random random = ImageMutator.CreateRandom(name, round + 1_000_000);
            byte[] mutated = ImageMutator.Mutate(original, others, random);
            ImageDecodingOptions options = new() { MaxPixels = 100_000, AllowTruncated = random.Next(2) == 0 };
            DecodeOutcome first = DecodeOutcome.Of(mutated, options);
            using (DecodedImage between = ImageDecoding.Default.Decode(ImageFixtures.Get("jpeg-larger").Encoded()))
            {
                // The second decoding now reuses memory that held another image.
            }

            if (DecodeOutcome.Of(mutated, options).DifferenceFrom(first) is string difference)
            {
                wrong.Add($"round {round}: {difference}");
            }
        }

        wrong.Should().BeEmpty();
    }
}
