using SkiaSharp;

namespace ResNet.Net.Tool.Train;

/// <summary>Draws images of shapes, so that training can be tried without photos. The images are always the same.</summary>
internal static class DrawnShapes
{
    private const int PerClass = 40;
    private const int Side = 64;

    private static readonly (string Label, Action<SKCanvas, float, SKPaint> Draw)[] Shapes =
    [
        ("circle", (canvas, size, paint) => canvas.DrawCircle(0, 0, size, paint)),
        ("square", (canvas, size, paint) => canvas.DrawRect(-size, -size, 2 * size, 2 * size, paint)),
        ("star", (canvas, size, paint) => DrawPolygon(canvas, size, paint, 10, 0.4f)),
        ("triangle", (canvas, size, paint) => DrawPolygon(canvas, size, paint, 3, 1)),
    ];

    /// <summary>Writes one folder of images per shape.</summary>
    public static void Write(string folder, CancellationToken cancellationToken)
    {
        Random random = new(1);
        foreach ((string label, Action<SKCanvas, float, SKPaint> draw) in Shapes)
        {
            DirectoryInfo ofClass = Directory.CreateDirectory(Path.Combine(folder, label));
            for (int i = 0; i < PerClass; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.WriteAllBytes(Path.Combine(ofClass.FullName, $"{i:00}.png"), Draw(draw, random));
            }
        }
    }

    private static byte[] Draw(Action<SKCanvas, float, SKPaint> draw, Random random)
    {
        float Between(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        using SKSurface surface = SKSurface.Create(new SKImageInfo(Side, Side));
        SKCanvas canvas = surface.Canvas;
        float hue = Between(0, 360);
        canvas.Clear(SKColor.FromHsl(hue, Between(20, 60), Between(75, 95)));
        canvas.Translate(Between(26, 38), Between(26, 38));
        canvas.RotateDegrees(Between(-25, 25));
        SKColor color = SKColor.FromHsl((hue + Between(90, 270)) % 360, Between(50, 90), Between(20, 45));
        using SKPaint paint = new() { IsAntialias = true, Color = color };
        draw(canvas, Between(14, 24), paint);
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <param name="canvas">The canvas, whose origin is the center.</param>
    /// <param name="size">The distance of the corners from the center.</param>
    /// <param name="paint">The paint.</param>
    /// <param name="corners">The number of corners.</param>
    /// <param name="inner">The distance of every second corner, as a part of the size.</param>
    private static void DrawPolygon(SKCanvas canvas, float size, SKPaint paint, int corners, float inner)
    {
        using SKPathBuilder path = new();
        path.AddPoly([.. Enumerable.Range(0, corners).Select(i =>
        {
            double angle = (2 * Math.PI * i / corners) - (Math.PI / 2);
            float radius = i % 2 == 0 || inner == 1 ? size : size * inner;
            return new SKPoint((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
        })]);
        using SKPath polygon = path.Detach();
        canvas.DrawPath(polygon, paint);
    }
}
