namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A stag at the edge of a wood.</summary>
internal static class Deer
{
    private static readonly Rgb Coat = new(0xA87443);
    private static readonly Rgb Antler = new(0x4A3524);

    public static void Draw(Canvas canvas)
    {
        canvas.Background(Clearing);
        Backdrop.SoftShadow(canvas, 262, 322, 130, 26, 0.3);

        canvas.Solid(Shape.Chain((322, 240, 17), (318, 276, 6.5), (322, 312, 4.5), (320, 334, 4.5)), Coat * 0.55, 9);
        canvas.Solid(Shape.Chain((210, 240, 12), (200, 284, 6), (202, 314, 4.5), (200, 334, 4.5)), Coat * 0.55, 9);
        canvas.Fill(Shape.Ellipse(349, 218, 14, 20, 12).Ruffled(3, 6), new Rgb(0xE2D3B4), 4);

        DrawAntler(canvas, 1);
        DrawAntler(canvas, 0);

        Shape trunk = Shape.Join(
            20,
            Shape.Ellipse(268, 218, 76, 33),
            Shape.Ellipse(322, 216, 30, 33),
            Shape.Ellipse(214, 216, 28, 36),
            Shape.Limb(212, 206, 27, 176, 138, 14),
            Shape.Chain((328, 232, 21), (338, 276, 7.5), (332, 314, 5), (332, 338, 5)),
            Shape.Chain((226, 236, 14), (226, 284, 6.5), (226, 314, 5), (224, 338, 5)),
            Shape.Limb(176, 132, 16, 164, 138, 14),
            Shape.Limb(166, 136, 12, 138, 152, 7.5));
        canvas.Solid(trunk, CoatAt, 30);
        canvas.Fill(Shape.Stroke(11, 17, (176, 158), (190, 186), (202, 214)).Ruffled(4, 7), new Rgb(0x5F3F26), 12, 0.6);

        canvas.Solid(Shape.Curve((186, 124), (204, 106), (214, 108), (208, 122), (190, 132)), Coat * 0.9, 6);
        canvas.Solid(Shape.Curve((170, 122), (156, 106), (148, 104), (152, 118), (164, 128)), Coat * 0.8, 6);
        canvas.Fill(Shape.Ellipse(164, 133, 3.6, 3), new Rgb(0x120C08));
        canvas.Fill(Shape.Circle(163, 132, 1), new Rgb(0xEFE8DC));
        canvas.Solid(Shape.Ellipse(135, 152, 5, 4.5), new Rgb(0x1B1512), 4, 0.2);
        canvas.Fill(Shape.Limb(144, 160, 2, 156, 154, 3), new Rgb(0xE2D3B4), 4, 0.7);
        canvas.Solid(Shape.Limb(347, 203, 6, 356, 222, 4).Ruffled(2, 5), Coat * 0.8, 6);
        DrawTallGrass(canvas);
    }

    private static void DrawAntler(Canvas canvas, int far)
    {
        Shape antler = Shape.Join(
            2,
            Shape.Stroke(6, 3, (178, 122), (196, 92), (218, 66), (212, 30)),
            Shape.Stroke(4.5, 2, (186, 106), (168, 92), (160, 72)),
            Shape.Stroke(4.5, 2, (203, 84), (190, 64), (186, 44)),
            Shape.Stroke(4.5, 2, (217, 64), (232, 50), (236, 32)));
        antler = far == 1 ? antler.Mirrored(174) : antler;
        canvas.Solid(antler, far == 1 ? Antler * 0.85 : Antler, 4);
    }

    // Tall grass in front of the legs, from the far blades to the near ones.
    private static void DrawTallGrass(Canvas canvas)
    {
        const int Blades = 600;
        for (int blade = 0; blade < Blades; blade++)
        {
            double x = 500 * Noise.Value(blade, 0), y = 326 + (80.0 * blade / Blades);
            double lean = 26 * (Noise.Value(blade, 1) - 0.5), height = 26 + (34 * Noise.Value(blade, 2));
            Rgb color = Rgb.Mix(new Rgb(0x506A2C), new Rgb(0xB0AE62), Noise.Value(blade, 3));
            canvas.Fill(Shape.Limb(x, y, 1.8, x + lean, y - height, 0.5), color, 1, 0.9);
        }
    }

    private static Rgb CoatAt(double x, double y)
    {
        Rgb coat = Coat * (0.88 + (0.24 * Noise.Fractal(x / 14, y / 9, 2)));
        coat = Rgb.Mix(coat, new Rgb(0x4A3322), Noise.Step(262, 310, y) * 0.5);
        double belly = Noise.Step(232, 252, y) * Noise.Step(44, 20, Math.Abs(x - 272));
        return Rgb.Mix(coat, new Rgb(0xEADCC0), belly * 0.9);
    }

    private static Rgb Clearing(double x, double y)
    {
        Rgb trees = Backdrop.Foliage(x, y, new Rgb(0x24361F), new Rgb(0x56703F), 40);
        Rgb grass = Backdrop.Grass(x, y, 190, new Rgb(0x5C7634), new Rgb(0x9FA65C));
        return Rgb.Mix(trees, grass, Noise.Step(190, 214, y + (14 * Noise.Value(x / 20, 2))));
    }
}
