using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>Mutates images reproducibly. RESNET_NET_FUZZ_ROUNDS sets the number of mutations of each image.</summary>
internal static class ImageMutator
{
    private static readonly byte[][] Extremes =
    [
        [0, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF],
        [0x7F, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0x7F],
        [0, 0, 0, 1],
        [0x80, 0, 0, 0],
        [0, 0x10, 0, 0],
    ];

    public static int Rounds { get; } = int.Parse(
        Environment.GetEnvironmentVariable("RESNET_NET_FUZZ_ROUNDS") ?? "150", CultureInfo.InvariantCulture);

    public static Random CreateRandom(string name, int round) => new(StableHash(name) + round);

    /// <summary>Applies one to three mutations of the kinds that break parsers.</summary>
    public static byte[] Mutate(byte[] original, byte[][] others, Random random)
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
                case 2: // most headers, lengths and tables are at the beginning
                    bytes[random.Next(Math.Min(64, bytes.Length))] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                case 4: // a length, an offset or a size
                    byte[] extreme = Extremes[random.Next(Extremes.Length)];
                    int width = random.Next(1, 5);
                    extreme.AsSpan(0, Math.Min(width, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                    break;
                case 5: // the start of one file and the end of another
                    byte[] other = others[random.Next(others.Length)];
                    bytes = [.. bytes.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length))];
                    break;
                case 6: // a repeated part
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

    // string.GetHashCode differs between processes.
    private static int StableHash(string text) => text.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter) & 0xFFFFFF);
}
