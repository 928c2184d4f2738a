namespace ResNet.Net.Fuzz;

/// <summary>Mutates bytes as OnnxModelFuzzTests does: bits, bytes, ranges, and lengths of ten bytes.</summary>
internal static class ProtobufMutator
{
    public static byte[] Mutate(byte[] original, byte[] other, Random random)
    {
        List<byte> bytes = [.. original];
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            if (bytes.Count < 2)
            {
                bytes.AddRange(other.Length < 2 ? [8, 1] : other);
            }

            int at = random.Next(bytes.Count);
            int length = random.Next(1, Math.Min(64, bytes.Count - at) + 1);
            switch (random.Next(9))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Count > length + 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
                    break;
                case 5: // a length of 2 GiB - 1
                    bytes.RemoveAt(at);
                    bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
                    break;
                case 6 when other.Length > 1:
                    int from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 256), other.Length - from)));
                    break;
                case 7 when random.Next(16) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] + random.Next(-2, 3));
                    break;
            }
        }

        return [.. bytes];
    }
}
