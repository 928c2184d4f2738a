namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>What stands behind and below the subjects.</summary>
internal static class Backdrop
{
    public static Rgb Gradient(double t, params Rgb[] stops)
    {
        double position = Math.Clamp(t, 0, 1) * (stops.Length - 1);
        int part = Math.Min((int)position, stops.Length - 2);
        return Rgb.Mix(stops[part], stops[part + 1], position - part);
    }

    /// <summary>Leaves far out of focus: slow blotches between two colors.</summary>
    public static Rgb Foliage(double x, double y, Rgb dark, Rgb light, double size) =>
        Rgb.Mix(dark, light, Noise.Step(0.25, 0.75, Noise.Fractal(x / size, y / size, 3)));

    /// <summary>Grass seen from the side: noise stretched upwards, finer towards the horizon.</summary>
    public static Rgb Grass(double x, double y, double horizon, Rgb dark, Rgb light)
    {
        double depth = (y - horizon) / 180;
        double patches = Receding(x / 40, y / 16, depth);
        double blades = Receding(x / 2.2, y / 8, depth);
        return Rgb.Mix(dark, light, (0.65 * patches) + (0.35 * blades));
    }

    /// <summary>Noise that is three times finer at the horizon (depth 0) than at the viewer (depth 1).</summary>
    public static double Receding(double x, double y, double depth)
    {
        double far = Noise.Fractal(x * 3, y * 3, 2), middle = Noise.Fractal(x * 1.7, y * 1.7, 2), near = Noise.Fractal(x, y, 2);
        return depth < 0.5
            ? far + ((middle - far) * Noise.Step(0, 0.5, depth))
            : middle + ((near - middle) * Noise.Step(0.5, 1, depth));
    }

    public static void SoftShadow(Canvas canvas, double x, double y, double radiusX, double radiusY, double opacity) =>
        canvas.Fill(Shape.Ellipse(x, y, radiusX, radiusY), new Rgb(0x0A0C08), Math.Min(radiusX, radiusY) * 1.6, opacity);

    public static void Wheel(Canvas canvas, double x, double y, double radius)
    {
        canvas.Solid(Shape.Circle(x, y, radius), new Rgb(0x26272A), radius * 0.25);
        canvas.Fill(Shape.Circle(x, y, radius * 0.66), new Rgb(0x101113));
        canvas.Solid(Shape.Circle(x, y, radius * 0.60), new Rgb(0xB4B9BF), radius * 0.18, 0.2);
        for (int spoke = 0; spoke < 5; spoke++)
        {
            Shape gap = Shape.Ellipse(x, y - (radius * 0.36), radius * 0.11, radius * 0.17).Turned(72 * spoke, x, y);
            canvas.Fill(gap, new Rgb(0x2B2D31));
        }

        canvas.Solid(Shape.Circle(x, y, radius * 0.14), new Rgb(0x8D9299), radius * 0.14);
    }
}
