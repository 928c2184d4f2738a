using System.Globalization;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>No bytes may do more than fail. RESNET_NET_FUZZ_ROUNDS sets the mutations of each picture.</summary>
public class VipsDecoderFuzzTests
{
    private const int MaxPixels = 4_000_000;

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("RESNET_NET_FUZZ_ROUNDS") ?? "150", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Either));

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_MutatedPicture_DecodesOrIsRefused(string name)
    {
        VipsDecoder decoder = new();
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = [.. ImageFixtures.Valid.Where(other => other.File[^3..] == ImageFixtures.Get(name).File[^3..]).Select(other => other.Encoded())];
        (int decoded, int refused) = (0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            Random random = new(StableHash(name) + round);
            byte[] mutated = Mutate(original, others, random);
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

        (decoded + refused).Should().Be(Rounds);
        refused.Should().BePositive("cut and damaged pictures are among these");
    }

    private static byte[] Mutate(byte[] original, byte[][] others, Random random)
    {
        byte[] bytes = [.. original];
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2: // most headers, lengths and tables stand at the beginning
                    bytes[random.Next(Math.Min(64, bytes.Length))] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 4: // a length, an offset or a size
                    byte[][] extremes = [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 1], [0x80, 0, 0, 0], [0, 0x10, 0, 0]];
                    byte[] extreme = extremes[random.Next(extremes.Length)];
                    int width = random.Next(1, 5);
                    extreme.AsSpan(0, Math.Min(width, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                    break;
                case 5: // the head of one file, the tail of another
                    byte[] other = others[random.Next(others.Length)];
                    bytes = [.. bytes.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length))];
                    break;
                case 6: // a part twice
                    int length = random.Next(1, Math.Min(64, bytes.Length - at) + 1);
                    bytes = [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)];
                    break;
                default:
                    random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 32), bytes.Length - at)));
                    break;
            }
        }

        return bytes;
    }

    // string.GetHashCode differs in every process.
    private static int StableHash(string text) => text.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter) & 0xFFFFFF);
}
