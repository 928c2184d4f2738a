namespace ResNet.Net.Benchmarks;

/// <summary>Draws images with about as much detail as a photo: noise at several scales over gradients. Deterministic.</summary>
internal static class DrawnImage
{
    /// <summary>Draws an image as packed RGB.</summary>
    public static byte[] Rgb(int width, int height)
    {
        byte[] pixels = new byte[checked(width * height * 3)];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    double value = 128 + (40.0 * Math.Sin((x + (channel * 90)) / (0.2 * width)) * Math.Cos(y / (0.3 * height)));
                    double amplitude = 60;
                    for (int size = 64; size >= 1; size /= 4, amplitude /= 1.5)
                    {
                        value += amplitude * Noise(x, y, size, channel);
                    }

                    pixels[(((y * width) + x) * 3) + channel] = (byte)Math.Clamp(value, 0, 255);
                }
            }
        }

        return pixels;
    }

    /// <summary>Value noise in [-0.5, 0.5]: hashed lattice points, interpolated linearly.</summary>
    private static double Noise(int x, int y, int size, int channel)
    {
        (int cellX, int cellY) = (x / size, y / size);
        (double fractionX, double fractionY) = ((double)(x % size) / size, (double)(y % size) / size);
        double top = Mix(Hash(cellX, cellY, size, channel), Hash(cellX + 1, cellY, size, channel), fractionX);
        double bottom = Mix(Hash(cellX, cellY + 1, size, channel), Hash(cellX + 1, cellY + 1, size, channel), fractionX);
        return Mix(top, bottom, fractionY) - 0.5;
    }

    private static double Mix(double from, double to, double fraction) => from + ((to - from) * fraction);

    private static double Hash(int x, int y, int size, int channel)
    {
        uint value = ((uint)x * 374_761_393) + ((uint)y * 668_265_263) + ((uint)size * 2_246_822_519)
            + ((uint)(channel / 2) * 3_266_489_917);
        value = (value ^ (value >> 13)) * 1_274_126_177;
        return (value ^ (value >> 16)) / (double)uint.MaxValue;
    }
}
