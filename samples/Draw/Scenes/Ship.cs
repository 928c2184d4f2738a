namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A freighter on a calm sea.</summary>
internal static class Ship
{
    private const double Horizon = 168;

    public static void Draw(Canvas canvas)
    {
        canvas.Background(SeaAndSky);

        Rgb white = new(0xF1F2EE), glass = new(0x2C3A48);
        canvas.Solid(Shape.Box(306, 92, 334, 140, 3), (_, y) => y < 106 ? new Rgb(0x20242A) : new Rgb(0xD9662B), 10);
        canvas.Fill(Shape.Polygon((268, 42), (271, 42), (273, 112), (266, 112)), new Rgb(0xC9CCCB));
        canvas.Fill(Shape.Box(256, 62, 283, 65), new Rgb(0xC9CCCB));
        canvas.Solid(Shape.Box(240, 104, 300, 130, 3), white, 6);
        canvas.Solid(Shape.Box(232, 126, 352, 160, 3), white, 6);
        canvas.Solid(Shape.Box(222, 156, 368, 194, 3), white, 6);
        canvas.Fill(Shape.Box(244, 110, 296, 119, 2), glass);
        for (int window = 0; window < 8; window++)
        {
            double x = 244 + (window * 13);
            canvas.Fill(Shape.Box(x, 137, x + 7, 146, 2), glass);
        }

        for (int window = 0; window < 10; window++)
        {
            canvas.Fill(Shape.Circle(236 + (window * 13.5), 173, 3), glass);
        }

        // The loading mast and its booms.
        canvas.Fill(Shape.Limb(160, 84, 2, 160, 196, 3.5), new Rgb(0xD8B25A));
        canvas.Fill(Shape.Limb(160, 160, 1.5, 112, 116, 1.2), new Rgb(0xC9A552));
        canvas.Fill(Shape.Limb(160, 160, 1.5, 206, 112, 1.2), new Rgb(0xC9A552));
        canvas.Fill(Shape.Limb(160, 88, 0.6, 112, 116, 0.6), new Rgb(0x4D4F52));
        canvas.Fill(Shape.Limb(160, 88, 0.6, 206, 112, 0.6), new Rgb(0x4D4F52));
        canvas.Solid(Shape.Box(128, 180, 152, 198, 2), new Rgb(0xB5532C), 4);
        canvas.Solid(Shape.Box(170, 178, 204, 198, 2), new Rgb(0x3F6F8C), 4);

        Shape hull = Shape.Polygon(
            (74, 170), (100, 182), (130, 192), (220, 194), (360, 193), (420, 184),
            (424, 188), (410, 250), (400, 262), (110, 262), (98, 246));
        canvas.Solid(hull, (_, y) => y < 240 ? new Rgb(0x27364B) : new Rgb(0x9C2F28), 10);
        Shape rail = Shape.Stroke(1.6, 1.6, (76, 171), (100, 183), (130, 193), (220, 195), (360, 194), (421, 185));
        canvas.Fill(rail, new Rgb(0xF3F3EE));
        canvas.Fill(Shape.Limb(112, 206, 1, 118, 222, 2.5), new Rgb(0x0E141C));

        // Bow wave, wake and reflection hide the waterline.
        Shape reflection = Shape.Curve((112, 262), (250, 258), (402, 262), (392, 292), (250, 304), (122, 290));
        canvas.Fill(reflection.Ruffled(5, 14), new Rgb(0x14283F), 16, 0.55);
        Shape foam = Shape.Stroke(5, 2.5, (92, 260), (130, 264), (260, 263), (400, 263), (452, 266)).Ruffled(5, 9);
        canvas.Fill(foam, new Rgb(0xEAF1F4), 4, 0.85);
    }

    private static Rgb SeaAndSky(double x, double y)
    {
        Rgb sky = Backdrop.Gradient(y / Horizon, new Rgb(0x7FA9D3), new Rgb(0xB9D2E6), new Rgb(0xDDE8EE));
        sky = Rgb.Mix(sky, new Rgb(0xF4F7F9), Noise.Step(0.5, 0.9, Noise.Fractal(x / 130, y / 34, 4)) * 0.7);
        double depth = Math.Max(y - Horizon, 0);
        double waves = Backdrop.Receding(x / 62, y / 13, depth / 200);
        Rgb sea = Backdrop.Gradient(depth / 207, new Rgb(0x4F83AC), new Rgb(0x2B6496), new Rgb(0x1C4A78));
        sea *= 0.78 + (0.44 * waves);
        return Rgb.Mix(sky, sea, Noise.Step(Horizon - 1, Horizon + 1, y));
    }
}
