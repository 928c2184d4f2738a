using SkiaSharp;

namespace ResNet.Net.Samples.Draw;

/// <summary>An RGB image in floating point on which shapes are painted with soft edges.</summary>
public sealed class Canvas
{
    // The light comes from the upper left, towards the viewer.
    private const double LightX = -0.40, LightY = -0.72, LightZ = 0.567;
    private const double Ambient = 0.50, Diffuse = 0.88;

    private readonly float[] _samples;

    public Canvas(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        (Width, Height) = (width, height);
        _samples = new float[width * height * 3];
    }

    public int Width { get; }

    public int Height { get; }

    public void Background(Func<double, double, Rgb> color)
    {
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                Blend(x, y, color(x + 0.5, y + 0.5), 1);
            }
        }
    }

    public void Fill(Shape shape, Rgb color, double softness = 1, double opacity = 1) =>
        Fill(shape, (_, _) => color, softness, opacity);

    /// <summary>Flat paint; the edge fades over <paramref name="softness"/> pixels.</summary>
    public void Fill(Shape shape, Func<double, double, Rgb> color, double softness = 1, double opacity = 1)
    {
        int left = Math.Max((int)(shape.Left - softness), 0), right = Math.Min((int)(shape.Right + softness) + 1, Width);
        int top = Math.Max((int)(shape.Top - softness), 0), bottom = Math.Min((int)(shape.Bottom + softness) + 1, Height);
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
            {
                double cover = Noise.Step(0.5, -0.5, shape.Distance(x + 0.5, y + 0.5) / softness) * opacity;
                if (cover > 0)
                {
                    Blend(x, y, color(x + 0.5, y + 0.5), cover);
                }
            }
        }
    }

    public void Solid(Shape shape, Rgb color, double roundness, double shine = 0) =>
        Solid(shape, (_, _) => color, roundness, shine);

    /// <summary>Lit paint: the shape bulges like a pillow whose edge is a quarter circle of radius <paramref name="roundness"/>.</summary>
    public void Solid(Shape shape, Func<double, double, Rgb> color, double roundness, double shine = 0) =>
        Fill(shape, (x, y) =>
        {
            // A wide step smooths the creases where two parts meet.
            const double Step = 2;
            Func<double, double, double> lit = shape.Core.Distance;
            double slopeX = (lit(x + Step, y) - lit(x - Step, y)) / (2 * Step);
            double slopeY = (lit(x, y + Step) - lit(x, y - Step)) / (2 * Step);
            double tilt = Math.Clamp(1 + (lit(x, y) / roundness), 0, 1);
            double normalX = slopeX * tilt, normalY = slopeY * tilt;
            double normalZ = Math.Sqrt(Math.Max(1 - (normalX * normalX) - (normalY * normalY), 0));
            double facing = Math.Max((normalX * LightX) + (normalY * LightY) + (normalZ * LightZ), 0);
            double glint = facing * facing * facing * facing;
            return (color(x, y) * (Ambient + (Diffuse * facing))) + (shine * glint * glint);
        });

    public byte[] ToPng()
    {
        using SKBitmap bitmap = new(new SKImageInfo(Width, Height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        Span<byte> pixels = bitmap.GetPixelSpan();
        byte[] rgb = ToRgb();
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.AsSpan(from, 3).CopyTo(pixels[to..]);
        }

        const int Smallest = 9;
        using SKData png = bitmap.PeekPixels()!.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, Smallest))!;
        return png.ToArray();
    }

    /// <summary>Eight bits per channel, row by row.</summary>
    public byte[] ToRgb()
    {
        byte[] bytes = new byte[_samples.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((Math.Clamp(_samples[i], 0f, 1f) * 255f) + 0.5f);
        }

        return bytes;
    }

    private void Blend(int x, int y, Rgb color, double cover)
    {
        Span<float> pixel = _samples.AsSpan(((y * Width) + x) * 3, 3);
        pixel[0] += (float)((Math.Clamp(color.Red, 0, 1) - pixel[0]) * cover);
        pixel[1] += (float)((Math.Clamp(color.Green, 0, 1) - pixel[1]) * cover);
        pixel[2] += (float)((Math.Clamp(color.Blue, 0, 1) - pixel[2]) * cover);
    }
}
