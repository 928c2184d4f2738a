namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A tabby cat, face to face.</summary>
internal static class Cat
{
    private static readonly Rgb Fur = new(0x9A8266);
    private static readonly Rgb Stripe = new(0x3A2E24);
    private static readonly Rgb White = new(0xF0EAE0);

    public static void Draw(Canvas canvas)
    {
        canvas.Background((x, y) => Backdrop.Foliage(x, y, new Rgb(0x2E211C), new Rgb(0x6A4A3A), 110));

        Shape chest = Shape.Curve((120, 420), (136, 320), (190, 270), (310, 270), (364, 320), (380, 420)).Ruffled(5, 9);
        canvas.Solid(chest, ChestAt, 50);

        foreach (bool right in (bool[])[false, true])
        {
            Shape ear = Shape.Polygon((142, 150), (146, 40), (232, 98)).Grown(7);
            Shape inner = Shape.Polygon((160, 118), (160, 66), (206, 98)).Grown(4);
            canvas.Solid(Side(ear.Ruffled(3, 7), right), FurAt, 14);
            canvas.Fill(Side(inner.Ruffled(3, 7), right), new Rgb(0xC99A8A), 9, 0.9);
        }

        Shape head = Shape.Join(30, Shape.Ellipse(250, 186, 116, 100), Shape.Ellipse(190, 226, 58, 46), Shape.Ellipse(310, 226, 58, 46));
        canvas.Fill(head.Grown(8), new Rgb(0x140E0A), 26, 0.4);
        canvas.Solid(head.Ruffled(5, 9), FaceAt, 80);

        foreach (bool right in (bool[])[false, true])
        {
            foreach (double shift in (double[])[0, 1, 2])
            {
                Shape cheek = Shape.Stroke(
                    5, 1.5, (150 - (shift * 2), 204 + (shift * 22)), (172, 204 + (shift * 20)), (194, 198 + (shift * 18)));
                canvas.Fill(Side(cheek.Ruffled(2, 6), right), Stripe, 5, 0.75);
                Shape brow = Shape.Stroke(
                    5.5, 3, (232 - (shift * 20), 90 + (shift * 5)), (234 - (shift * 17), 118), (240 - (shift * 16), 142));
                canvas.Fill(Side(brow.Ruffled(2, 6), right), Stripe, 5, 0.8);
            }

            DrawEye(canvas, right);
            Shape pad = Shape.Ellipse(226, 242, 33, 25, -8).Ruffled(2, 6);
            canvas.Solid(Side(pad, right), White, 34);
        }

        canvas.Solid(Shape.Ellipse(250, 272, 22, 14), White * 0.9, 16);
        canvas.Solid(Shape.Curve((232, 216), (250, 211), (268, 216), (260, 228), (250, 234), (240, 228)), new Rgb(0xC77F76), 9, 0.15);
        canvas.Fill(Shape.Stroke(1.4, 1.4, (250, 233), (250, 246), (238, 258), (222, 258)), new Rgb(0x4A3028), 2, 0.8);
        canvas.Fill(Shape.Stroke(1.4, 1.4, (250, 233), (250, 246), (262, 258), (278, 258)), new Rgb(0x4A3028), 2, 0.8);
        foreach (bool right in (bool[])[false, true])
        {
            foreach (double shift in (double[])[-1, 0, 1])
            {
                Shape whisker = Shape.Stroke(1.1, 0.4, (214, 244 + (shift * 7)), (150, 238 + (shift * 16)), (84, 248 + (shift * 30)));
                canvas.Fill(Side(whisker, right), new Rgb(0xFBF8F2), 1, 0.8);
            }
        }
    }

    private static Shape Side(Shape shape, bool right) => right ? shape.Mirrored(250) : shape;

    private static void DrawEye(Canvas canvas, bool right)
    {
        Shape eye = Shape.Curve((170, 182), (186, 166), (208, 166), (226, 192), (206, 200), (184, 196));
        canvas.Fill(Side(eye.Grown(5), right), new Rgb(0x1B130D), 4, 0.9);
        canvas.Solid(Side(eye, right), new Rgb(0xA9B24A), 16, 0.15);
        canvas.Fill(Side(Shape.Ellipse(198, 182, 7, 15).Within(eye), right), new Rgb(0x0B0B08), 2);
        double glint = right ? 297 : 193;
        canvas.Fill(Shape.Circle(glint, 175, 3.6), new Rgb(0xFFFFFF), 2);
    }

    private static Rgb FurAt(double x, double y)
    {
        double strands = Noise.Fractal(x / 4, y / 14, 2);
        double bands = Noise.Step(0.52, 0.66, Noise.Fractal(x / 40, (y / 15) + 7, 2));
        return Rgb.Mix(Fur, Stripe, bands * 0.6) * (0.8 + (0.4 * strands));
    }

    private static Rgb ChestAt(double x, double y)
    {
        Rgb bib = White * (0.84 + (0.24 * Noise.Value(x / 5, y / 16)));
        double middle = Math.Abs(x - 250) + (30 * Noise.Value(x / 9, y / 30));
        return Rgb.Mix(FurAt(x, y), bib, Noise.Step(84, 20, middle));
    }

    private static Rgb FaceAt(double x, double y)
    {
        Rgb fur = Rgb.Mix(Fur, Fur * 1.2, Noise.Step(120, 220, y)) * (0.8 + (0.4 * Noise.Fractal(x / 4, y / 12, 2)));
        double blaze = Noise.Step(26, 10, Math.Abs(x - 250) - ((y - 190) * 0.5)) * Noise.Step(150, 190, y);
        return Rgb.Mix(fur, White, blaze * 0.9);
    }
}
