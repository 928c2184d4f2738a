using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>No bytes may do more than fail.</summary>
public class VipsDecoderFuzzTests
{
    private const int MaxPixels = 4_000_000;

    public static TheoryData<string> Names => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Either));

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_MutatedPicture_DecodesOrIsRefused(string name)
    {
        VipsDecoder decoder = new();
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = PictureMutator.Others(name);
        (int decoded, int refused) = (0, 0);
        for (int round = 0; round < PictureMutator.Rounds; round++)
        {
            Random random = PictureMutator.CreateRandom(name, round);
            byte[] mutated = PictureMutator.Mutate(original, others, random);
            ImageDecodingOptions options = new() { MaxPixels = MaxPixels, AllowTruncated = random.Next(4) == 0 };
            try
            {
                using DecodedImage image = decoder.Decode(mutated, options, autoOrient: true);
                image.Width.Should().BePositive();
                image.Height.Should().BePositive();
                ((long)image.Width * image.Height).Should().BeLessThanOrEqualTo(MaxPixels);
                image.View.Pixels.Length.Should().Be(image.Width * image.Height * 3);
                decoded++;
            }
            catch (ImageDecodeException exception)
            {
                exception.Message.Should().NotBeEmpty();
                refused++;
            }
        }

        (decoded + refused).Should().Be(PictureMutator.Rounds);
        refused.Should().BePositive("cut and damaged pictures are among these");
    }
}
