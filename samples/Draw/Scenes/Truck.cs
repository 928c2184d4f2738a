namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A delivery truck on a country road.</summary>
internal static class Truck
{
    private static readonly Rgb Cab = new(0xB3262B);
    private static readonly Rgb Dark = new(0x1A1B1E);

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Road);
        Backdrop.SoftShadow(canvas, 254, 300, 184, 16, 0.75);
        canvas.Fill(Shape.Box(92, 248, 424, 274, 3), Dark);

        Shape box = Shape.Box(166, 84, 430, 252, 4);
        canvas.Solid(box, (x, y) => Rgb.Mix(new Rgb(0xF4F4F1), new Rgb(0xD5D8DB), (y - 90) / 160), 5);
        for (int rib = 1; rib < 12; rib++)
        {
            double x = 166 + (rib * 22);
            canvas.Fill(Shape.Box(x - 0.8, 92, x + 0.8, 244), new Rgb(0xA9AEB4), 1.6, 0.55);
        }

        canvas.Fill(Shape.Box(168, 196, 428, 218), new Rgb(0xB3262B), 1, 0.92);
        canvas.Fill(Shape.Box(168, 224, 428, 229), new Rgb(0xB3262B), 1, 0.92);
        canvas.Fill(Shape.Box(168, 86, 428, 92), new Rgb(0xB9BEC4));
        canvas.Fill(Shape.Box(166, 244, 430, 252), new Rgb(0x83888F));

        Shape cab = Shape.Curve(
            (72, 254), (70, 220), (76, 200), (92, 146), (104, 130), (128, 126), (156, 127),
            (160, 136), (160, 200), (160, 258), (110, 264), (78, 262));
        canvas.Solid(cab, (x, y) => Rgb.Mix(Cab, Cab * 0.6, (y - 200) / 80), 12, 0.2);
        Shape windscreen = Shape.Polygon((84, 194), (97, 148), (103, 144), (98, 192));
        canvas.Fill(windscreen.Grown(1.5), new Rgb(0x8FA6B6));
        Shape window = Shape.Polygon((108, 190), (114, 146), (148, 145), (148, 190)).Grown(2);
        canvas.Fill(window, (x, y) => Backdrop.Gradient((y - 145) / 45, new Rgb(0x7E97A8), new Rgb(0x232C34)));
        canvas.Fill(Shape.Box(102, 198, 103.5, 252), Dark, 1.5, 0.7);
        canvas.Fill(Shape.Box(152, 140, 153.5, 252), Dark, 1.5, 0.7);
        canvas.Solid(Shape.Box(136, 204, 150, 208, 2), new Rgb(0xC3C8CE), 2);
        canvas.Solid(Shape.Box(78, 154, 86, 182, 3), Dark, 3);
        canvas.Solid(Shape.Box(70, 222, 82, 236, 4), new Rgb(0xF6F3DD), 4, 0.3);
        canvas.Solid(Shape.Box(66, 250, 112, 268, 4), new Rgb(0x9EA3A9), 5);

        foreach (double x in (double[])[128, 336, 394])
        {
            canvas.Fill(Shape.Circle(x, 270, 34).Within(Shape.Box(0, 0, 500, 272)), Dark);
            Backdrop.Wheel(canvas, x, 273, 28);
        }

        canvas.Solid(Shape.Box(196, 256, 286, 280, 4), new Rgb(0x53575D), 6);
    }

    private static Rgb Road(double x, double y)
    {
        if (y > 262)
        {
            double grain = Noise.Value(x / 3, y / 2) + Noise.Fractal(x / 70, y / 10, 2);
            Rgb asphalt = Rgb.Mix(new Rgb(0x77797D), new Rgb(0x9C9DA0), grain / 2);
            double line = Noise.Step(338, 340, y) * Noise.Step(348, 346, y);
            return Rgb.Mix(asphalt, new Rgb(0xE8E6DC), line * 0.8);
        }

        Rgb sky = Backdrop.Gradient(y / 220, new Rgb(0x86A9CB), new Rgb(0xC6D8E4));
        Rgb trees = Backdrop.Foliage(x, y, new Rgb(0x3A5236), new Rgb(0x6C8560), 24);
        Rgb far = Rgb.Mix(sky, trees, Noise.Step(150, 162, y + (44 * Noise.Fractal(x / 46, 0, 3))));
        return Rgb.Mix(far, Backdrop.Grass(x, y, 236, new Rgb(0x7B8A4F), new Rgb(0xA3AC72)), Noise.Step(238, 242, y));
    }
}
