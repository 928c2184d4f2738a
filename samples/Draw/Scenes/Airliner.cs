namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>An airliner climbing away into a summer sky.</summary>
internal static class Airliner
{
    private const double Climb = -11;
    private const double CenterX = 250, CenterY = 190;

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Sky);

        Shape farWing = Tilt(Shape.Polygon((262, 176), (296, 176), (250, 118), (238, 118)));
        canvas.Fill(farWing, new Rgb(0x8C98A6));
        Shape farTail = Tilt(Shape.Polygon((104, 168), (128, 168), (102, 142), (92, 142)));
        canvas.Fill(farTail, new Rgb(0x8793A2));

        Shape fin = Tilt(Shape.Polygon((84, 170), (150, 170), (98, 88), (76, 88)).Grown(2));
        canvas.Solid(fin, (x, y) => Rgb.Mix(new Rgb(0x1D3F8F), new Rgb(0x12275E), (y - 110) / 110), 6);

        Shape body = Tilt(Shape.Curve(
            (66, 172), (96, 165), (150, 163), (330, 163), (384, 165), (420, 176), (434, 189),
            (422, 200), (388, 208), (320, 211), (180, 211), (130, 203), (90, 186)));
        canvas.Solid(body, new Rgb(0xEEF1F5), 25);

        Shape stripe = Tilt(Shape.Box(60, 192, 440, 196)).Within(body.Grown(-1));
        canvas.Fill(stripe, new Rgb(0x24478F));
        for (int window = 0; window < 27; window++)
        {
            double x = 132 + (window * 9.4);
            canvas.Fill(Tilt(Shape.Ellipse(x, 182, 2.1, 3)), new Rgb(0x3A4656));
        }

        foreach (double x in (double[])[140, 262, 388])
        {
            canvas.Fill(Tilt(Shape.Box(x - 5, 174, x + 5, 199, 3)), new Rgb(0xB9C2CD), 1, 0.6);
        }

        canvas.Fill(Tilt(Shape.Polygon((404, 174), (418, 178), (424, 183), (402, 182))), new Rgb(0x27313E));

        DrawEngine(canvas, 268, 232, 0.85);
        Shape wing = Tilt(Shape.Polygon((206, 199), (300, 199), (292, 207), (172, 288), (150, 290)).Grown(1.5));
        canvas.Fill(wing.Grown(5), new Rgb(0x5D6B7D), 12, 0.35);
        canvas.Solid(wing, (x, _) => Rgb.Mix(new Rgb(0x9AA6B4), new Rgb(0xD3DAE2), (x - 150) / 130), 4);
        canvas.Fill(Tilt(Shape.Limb(158, 286, 1.2, 238, 208, 2)), new Rgb(0x7C8998), 1.5, 0.8);
        DrawEngine(canvas, 226, 252, 1);

        Shape tailPlane = Tilt(Shape.Polygon((84, 180), (132, 180), (76, 216), (60, 217)).Grown(1));
        canvas.Solid(tailPlane, new Rgb(0xAEB9C6), 4);
    }

    private static Shape Tilt(Shape shape) => shape.Turned(Climb, CenterX, CenterY);

    private static void DrawEngine(Canvas canvas, double x, double y, double scale)
    {
        Shape cowl = Tilt(Shape.Box(x - (26 * scale), y - (12 * scale), x + (28 * scale), y + (12 * scale), 10 * scale));
        canvas.Solid(cowl, new Rgb(0xC9D1DA), 12 * scale);
        canvas.Fill(Tilt(Shape.Ellipse(x + (26 * scale), y, 4 * scale, 11 * scale)), new Rgb(0x39434F));
    }

    private static Rgb Sky(double x, double y)
    {
        Rgb blue = Backdrop.Gradient(y / 375, new Rgb(0x3F7CC4), new Rgb(0x6FA6DE), new Rgb(0xB5D5F0));
        double cloud = Noise.Fractal(x / 170, y / 75, 5);
        return Rgb.Mix(blue, new Rgb(0xF6F9FC), Noise.Step(0.42, 0.85, cloud + ((y - 200) / 900)) * 0.85);
    }
}
