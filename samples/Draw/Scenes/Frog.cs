namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A frog on damp ground.</summary>
internal static class Frog
{
    private static readonly Rgb Skin = new(0x8A8A3E);
    private static readonly Rgb Spot = new(0x3B3A1A);
    private static readonly Rgb Belly = new(0xF2EBC4);

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Ground);
        Backdrop.SoftShadow(canvas, 250, 312, 170, 26, 0.7);

        canvas.Solid(Foot(372, 298, 0.8), (x, y) => SkinAt(x, y) * 0.75, 6);
        canvas.Solid(Shape.Limb(352, 240, 20, 372, 296, 10), (x, y) => SkinAt(x, y) * 0.75, 14);

        Shape body = Shape.Join(
            30,
            Shape.Ellipse(222, 222, 112, 74, -16),
            Shape.Ellipse(318, 184, 68, 52, 8),
            Shape.Circle(296, 138, 22),
            Shape.Circle(346, 142, 20));
        canvas.Solid(body, BodyAt, 60, 0.12);

        canvas.Fill(Shape.Stroke(1.8, 1.8, (272, 196), (292, 208), (326, 213), (362, 206), (385, 186)), new Rgb(0x2B2A14), 2.5, 0.8);
        canvas.Fill(Shape.Circle(376, 170, 2), new Rgb(0x1A1A0C), 1.5);
        DrawEye(canvas, 298, 134, 18);
        DrawEye(canvas, 348, 138, 16);
        canvas.Fill(Shape.Ellipse(262, 176, 13, 14), Spot, 5, 0.55);

        Shape thigh = Shape.Join(10, Shape.Ellipse(158, 250, 78, 40, -28), Shape.Limb(104, 290, 20, 190, 304, 13));
        canvas.Fill(thigh.Grown(7), new Rgb(0x17170A), 22, 0.5);
        canvas.Solid(thigh, SkinAt, 32, 0.1);
        canvas.Solid(Foot(188, 306, 1.25), SkinAt, 8);

        Shape arm = Shape.Join(12, Shape.Limb(296, 236, 26, 292, 268, 15), Shape.Limb(292, 268, 14, 300, 302, 10));
        canvas.Fill(arm.Grown(5), new Rgb(0x17170A), 18, 0.45);
        canvas.Solid(arm, SkinAt, 20, 0.1);
        canvas.Solid(Foot(300, 306, 1.0), SkinAt, 7);
    }

    private static Shape Foot(double x, double y, double scale) => Shape.Join(
        5,
        Shape.Limb(x - (6 * scale), y, 9 * scale, x + (34 * scale), y - (4 * scale), 3.5 * scale),
        Shape.Limb(x - (6 * scale), y, 9 * scale, x + (38 * scale), y + (7 * scale), 3.5 * scale),
        Shape.Limb(x - (6 * scale), y, 9 * scale, x + (24 * scale), y + (15 * scale), 3.5 * scale));

    private static void DrawEye(Canvas canvas, double x, double y, double radius)
    {
        canvas.Solid(Shape.Circle(x, y, radius), new Rgb(0xB58A2C), radius, 0.15);
        canvas.Fill(Shape.Ellipse(x + 2, y, radius * 0.58, radius * 0.42), new Rgb(0x0E0D08), 2);
        canvas.Fill(Shape.Circle(x - (radius * 0.25), y - (radius * 0.35), radius * 0.16), new Rgb(0xFFFFF4), 2);
        Shape lid = Shape.Circle(x, y, radius + 2).Without(Shape.Ellipse(x + 1, y + 3, radius, radius * 0.85));
        canvas.Fill(lid, Skin * 0.7, 2);
    }

    private static Rgb BodyAt(double x, double y)
    {
        double under = Noise.Step(206, 290, y + ((x - 300) * 0.12));
        return Rgb.Mix(SkinAt(x, y), Belly, under * 0.85);
    }

    private static Rgb SkinAt(double x, double y)
    {
        double spots = Noise.Step(0.56, 0.64, Noise.Fractal(x / 26, y / 22, 2));
        Rgb skin = Rgb.Mix(Skin, Spot, spots * 0.8);
        return skin * (0.9 + (0.2 * Noise.Fractal(x / 7, y / 6, 3)));
    }

    private static Rgb Ground(double x, double y)
    {
        double soil = Noise.Fractal(x / 48, y / 30, 4);
        Rgb earth = Rgb.Mix(new Rgb(0x4B3826), new Rgb(0x9B7F58), soil);
        double moss = Noise.Step(0.5, 0.75, Noise.Fractal((x / 90) + 40, y / 60, 3));
        return Rgb.Mix(earth, new Rgb(0x5E6B33), moss * 0.6);
    }
}
