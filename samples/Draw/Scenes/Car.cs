namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A red hatchback parked by a hedge.</summary>
internal static class Car
{
    private static readonly Rgb Paint = new(0xC81E22);
    private static readonly Rgb Dark = new(0x17181C);

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Street);
        Backdrop.SoftShadow(canvas, 250, 288, 178, 17, 0.75);

        Shape body = Shape.Curve(
            (84, 238), (88, 214), (104, 202), (150, 192), (196, 150), (232, 138), (300, 136), (352, 146), (392, 190),
            (410, 202), (417, 226), (416, 252), (410, 268), (380, 272), (250, 274), (120, 272), (92, 268), (85, 254));
        canvas.Solid(body, (x, y) => Rgb.Mix(Paint, Paint * 0.62, (y - 210) / 70), 26, 0.35);

        Shape glass = Shape.Curve((170, 193), (204, 158), (234, 147), (298, 145), (344, 153), (374, 190), (300, 194), (230, 195));
        canvas.Fill(glass, (x, y) => Backdrop.Gradient((y - 145) / 50, new Rgb(0x6F8799), new Rgb(0x2B3742), new Rgb(0x1B232B)));
        canvas.Fill(Shape.Polygon((216, 170), (240, 148), (258, 147), (222, 192), (206, 192)).Within(glass), new Rgb(0xC6D6E2), 3, 0.35);
        canvas.Fill(Shape.Limb(268, 144, 4, 272, 196, 4).Within(glass.Grown(1.5)), Paint * 0.8);
        canvas.Fill(Shape.Limb(336, 150, 4, 352, 194, 5).Within(glass.Grown(1.5)), Paint * 0.75);
        canvas.Fill(Shape.Limb(205, 157, 2.5, 170, 194, 3).Within(glass.Grown(1.5)), Paint * 0.8);

        Shape seam = Shape.Stroke(0.9, 0.9, (192, 197), (194, 240), (204, 266));
        canvas.Fill(seam, Dark, 1.5, 0.7);
        canvas.Fill(Shape.Limb(271, 197, 0.9, 272, 268, 0.9), Dark, 1.5, 0.7);
        canvas.Fill(Shape.Stroke(0.9, 0.9, (354, 196), (352, 216), (336, 240)), Dark, 1.5, 0.7);
        canvas.Fill(Shape.Stroke(1.2, 1.2, (120, 208), (240, 205), (404, 210)), new Rgb(0xFF8A80), 3, 0.55);
        canvas.Solid(Shape.Box(246, 214, 264, 219, 2.5), Paint * 0.9, 2.5, 0.3);
        canvas.Solid(Shape.Box(326, 214, 344, 219, 2.5), Paint * 0.9, 2.5, 0.3);
        canvas.Solid(Shape.Ellipse(186, 196, 12, 7), Paint * 0.9, 7, 0.3);

        canvas.Solid(Shape.Ellipse(106, 216, 17, 8, -18), new Rgb(0xE9EEF2), 6, 0.4);
        canvas.Fill(Shape.Ellipse(107, 216, 6, 5), new Rgb(0x97A5B2), 2, 0.8);
        canvas.Solid(Shape.Box(403, 206, 416, 226, 4), new Rgb(0x8E0F14), 4, 0.4);
        canvas.Fill(Shape.Box(86, 252, 110, 258, 3), Dark, 2, 0.85);
        canvas.Fill(Shape.Box(120, 266, 384, 277, 4), new Rgb(0x2A1013));

        foreach (double x in (double[])[144, 358])
        {
            canvas.Fill(Shape.Circle(x, 262, 37).Within(Shape.Box(0, 0, 500, 277)), Dark);
            Backdrop.Wheel(canvas, x, 263, 31);
        }
    }

    private static Rgb Street(double x, double y)
    {
        if (y > 236)
        {
            double grain = Noise.Value(x / 3, y / 2) + Noise.Fractal(x / 60, y / 12, 2);
            return Rgb.Mix(new Rgb(0x84868A), new Rgb(0xAEB0B2), grain / 2) * (0.9 + ((y - 236) / 900));
        }

        Rgb hedge = Backdrop.Foliage(x, y, new Rgb(0x3F5A36), new Rgb(0x7F9A66), 26);
        Rgb sky = Backdrop.Gradient(y / 150, new Rgb(0xBFD4E6), new Rgb(0xE6EEF3));
        Rgb far = Rgb.Mix(sky, hedge, Noise.Step(104, 120, y + (30 * Noise.Fractal(x / 40, 0, 3))));
        return Rgb.Mix(far, new Rgb(0xA9A79F), Noise.Step(225, 229, y));
    }
}
