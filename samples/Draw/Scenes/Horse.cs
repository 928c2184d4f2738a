namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A chestnut horse in a pasture.</summary>
internal static class Horse
{
    private static readonly Rgb Coat = new(0x8A4B22);
    private static readonly Rgb Mane = new(0x2A1810);
    private static readonly Rgb Hoof = new(0x2B241E);

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Pasture);
        Backdrop.SoftShadow(canvas, 236, 326, 140, 13, 0.6);

        DrawLeg(canvas, 0.55, (178, 210, 24), (192, 258, 9), (184, 304, 6.5), (186, 316, 7));
        DrawLeg(canvas, 0.55, (312, 210, 15), (326, 256, 8.5), (324, 300, 6), (328, 312, 7));
        canvas.Solid(Shape.Stroke(7, 9, (130, 164), (110, 190), (104, 236), (110, 280)).Ruffled(3, 6), HairAt, 12);

        Shape trunk = Shape.Join(
            26,
            Shape.Ellipse(232, 184, 96, 41),
            Shape.Ellipse(165, 178, 42, 43),
            Shape.Ellipse(300, 182, 38, 43),
            Shape.Limb(304, 166, 33, 358, 94, 19),
            Shape.Chain((156, 196, 30), (146, 250, 10.5), (154, 302, 7), (156, 318, 8)),
            Shape.Chain((300, 206, 18), (302, 258, 9.5), (300, 304, 6.5), (303, 318, 8)),
            Shape.Limb(358, 90, 20, 376, 104, 17),
            Shape.Limb(372, 100, 15, 404, 136, 10.5));
        canvas.Solid(trunk, CoatAt, 38, 0.06);

        canvas.Solid(Shape.Curve((348, 78), (350, 52), (362, 70), (362, 80)), Coat, 5);
        canvas.Solid(Shape.Curve((360, 76), (368, 50), (376, 72), (372, 80)), Coat * 0.85, 5);
        Shape mane = Shape.Stroke(9, 15, (360, 68), (342, 88), (322, 118), (300, 146)).Ruffled(5, 8);
        canvas.Solid(mane, HairAt, 12);
        canvas.Solid(Shape.Stroke(5, 3, (362, 66), (374, 76), (381, 92)).Ruffled(2, 5), HairAt, 5);

        canvas.Fill(Shape.Ellipse(380, 96, 4, 3.4), new Rgb(0x120B07));
        canvas.Fill(Shape.Circle(379, 95, 1.1), new Rgb(0xE8E2D8));
        canvas.Fill(Shape.Ellipse(407, 134, 3, 4, 35), new Rgb(0x1A0F0A), 1.5);
        canvas.Fill(Shape.Stroke(0.8, 0.8, (402, 148), (396, 144), (390, 140)), new Rgb(0x1A0F0A), 1.5, 0.8);
        canvas.Fill(Shape.Ellipse(388, 108, 4, 14, -42), new Rgb(0xE6D6C2), 5, 0.75);
        foreach ((double x, double y) in ((double, double)[])[(156, 320), (303, 320)])
        {
            canvas.Solid(Shape.Polygon((x - 7, y - 4), (x + 6, y - 4), (x + 10, y + 7), (x - 9, y + 7)), Hoof, 4);
        }
    }

    private static void DrawLeg(Canvas canvas, double brightness, params (double X, double Y, double Radius)[] joints)
    {
        canvas.Solid(Shape.Chain(joints), (x, y) => CoatAt(x, y) * brightness, 10);
        (double footX, double footY, _) = joints[^1];
        Shape hoof = Shape.Polygon((footX - 6, footY - 4), (footX + 6, footY - 4), (footX + 9, footY + 6), (footX - 8, footY + 6));
        canvas.Solid(hoof, Hoof, 4);
    }

    private static Rgb HairAt(double x, double y) => Mane * (0.7 + (0.9 * Noise.Fractal((x + (y / 3)) / 3.5, y / 24, 2)));

    private static Rgb CoatAt(double x, double y)
    {
        Rgb coat = Coat * (0.92 + (0.16 * Noise.Fractal(x / 22, y / 12, 2)));
        return Rgb.Mix(coat, Mane, Noise.Step(236, 300, y) * 0.8);
    }

    private static Rgb Pasture(double x, double y)
    {
        Rgb trees = Backdrop.Foliage(x, y, new Rgb(0x35502F), new Rgb(0x7B9A5C), 34);
        Rgb grass = Backdrop.Grass(x, y, 200, new Rgb(0x567A32), new Rgb(0x9CB862));
        Rgb sky = Backdrop.Gradient(y / 120, new Rgb(0xBCD3E2), new Rgb(0xE3EBE6));
        Rgb far = Rgb.Mix(sky, trees, Noise.Step(60, 76, y + (46 * Noise.Fractal(x / 60, 3, 3))));
        return Rgb.Mix(far, grass, Noise.Step(196, 208, y));
    }
}
