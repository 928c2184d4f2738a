namespace ResNet.Net.Samples.Draw;

/// <summary>The packages' icon: a residual block. Two layers in a row, and the shortcut that leads around them to the sum.</summary>
public static class PackageIcon
{
    private const int Size = 128;
    private const double Line = 4.5;
    private const double Axis = 80;

    private static readonly Rgb White = new(0xFFFFFF);
    private static readonly Rgb Warm = new(0xFFB238);

    public static Canvas Render()
    {
        var canvas = new Canvas(Size, Size);
        canvas.Background((x, y) => Rgb.Mix(new Rgb(0x6A3DF0), new Rgb(0x24106E), (x + (2 * y)) / (3 * Size)));

        Shape path = Shape.Limb(8, Axis, Line / 2, 120, Axis, Line / 2);
        Shape shortcut = Shape.Stroke(Line, Line, (17, Axis), (17, 52), (30, 30), (56, 22), (82, 30), (97, 52), (97, Axis));
        canvas.Fill(path, White * 0.85);
        Shadow(canvas, shortcut);
        canvas.Fill(shortcut, Warm);
        foreach (double x in (double[])[41, 68])
        {
            Shape layer = Shape.Box(x - 10, Axis - 24, x + 10, Axis + 24, 5);
            Shadow(canvas, layer);
            canvas.Fill(layer, (_, y) => Rgb.Mix(White, new Rgb(0xC9BDF7), (y - Axis + 24) / 48));
        }

        Shape sum = Shape.Circle(97, Axis, 15);
        Shadow(canvas, sum);
        canvas.Fill(sum, Warm);
        canvas.Fill(Shape.Box(88, Axis - 2, 106, Axis + 2, 1.5), new Rgb(0x2B1470));
        canvas.Fill(Shape.Box(95, Axis - 9, 99, Axis + 9, 1.5), new Rgb(0x2B1470));
        return canvas;
    }

    private static void Shadow(Canvas canvas, Shape shape) => canvas.Fill(shape.Grown(1), new Rgb(0x12063C), 7, 0.45);
}
