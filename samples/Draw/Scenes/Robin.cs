namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A robin on a branch.</summary>
internal static class Robin
{
    private static readonly Rgb Back = new(0x6B5A44);
    private static readonly Rgb Breast = new(0xC9622B);
    private static readonly Rgb Belly = new(0xDDD5C4);

    public static void Draw(Canvas canvas)
    {
        canvas.Background((x, y) => Backdrop.Foliage(x, y, new Rgb(0x5C7A46), new Rgb(0xA5B87E), 120));

        Shape tail = Shape.Polygon((110, 318), (142, 330), (92, 436), (70, 428)).Grown(4);
        canvas.Solid(tail, Back * 0.7, 6);

        Shape branch = Shape.Stroke(15, 9, (-20, 410), (90, 398), (200, 392), (300, 400), (400, 384)).Ruffled(3, 16);
        canvas.Solid(branch, (x, y) => Rgb.Mix(new Rgb(0x4C3A2A), new Rgb(0x86705A), Noise.Fractal(x / 30, y / 5, 3)), 13);

        Shape body = Shape.Join(34, Shape.Ellipse(182, 272, 68, 92, 24), Shape.Circle(226, 174, 50));
        canvas.Solid(body.Ruffled(3, 8), Plumage, 58);

        foreach (double x in (double[])[176, 206])
        {
            canvas.Fill(Shape.Stroke(3, 2.4, (x, 352), (x + 6, 374), (x + 2, 390)), new Rgb(0x3B2A20));
            canvas.Fill(Shape.Limb(x + 2, 390, 2.6, x + 18, 392, 2), new Rgb(0x3B2A20));
            canvas.Fill(Shape.Limb(x + 2, 390, 2.6, x - 10, 394, 2), new Rgb(0x3B2A20));
        }

        Shape wing = Shape.Curve((190, 226), (208, 262), (190, 314), (150, 350), (104, 382), (116, 330), (128, 280), (156, 236));
        canvas.Fill(wing.Grown(4), new Rgb(0x2A2118), 12, 0.35);
        canvas.Solid(wing, (x, y) => Back * (0.75 + (0.3 * Noise.Value((x + y) / 9, (x - y) / 60))), 16);
        for (int feather = 0; feather < 5; feather++)
        {
            double shift = feather * 13;
            Shape edge = Shape.Stroke(1.4, 0.8, (186 - (shift * 0.5), 270 + shift), (160 - (shift * 0.4), 312 + (shift * 0.7)), (112, 370));
            canvas.Fill(edge.Within(wing), new Rgb(0x33291E), 2, 0.7);
        }

        canvas.Solid(Shape.Polygon((268, 164), (308, 180), (268, 186)).Grown(1.5), new Rgb(0x3C342C), 6);
        canvas.Fill(Shape.Limb(270, 176, 0.8, 304, 180, 0.6), new Rgb(0x15110E), 1.5, 0.8);
        canvas.Solid(Shape.Circle(246, 164, 8.5), new Rgb(0x15100C), 8);
        canvas.Fill(Shape.Circle(243, 161, 2.3), new Rgb(0xFFFFFF), 1.5);
    }

    private static Rgb Plumage(double x, double y)
    {
        double down = Noise.Fractal((x / 9) + (y / 30), y / 12, 2);
        Rgb back = Back * (0.85 + (0.3 * down));
        double front = x - 168 + ((y - 250) * 0.45);
        Rgb chest = Rgb.Mix(Breast, Belly, Noise.Step(262, 306, y - ((x - 200) * 0.1)));
        Rgb color = Rgb.Mix(back, chest * (0.9 + (0.2 * down)), Noise.Step(8, 34, front));
        double face = Noise.Step(148, 160, y + ((x - 250) * 0.35));
        return y < 200 ? Rgb.Mix(back, color, face) : color;
    }
}
