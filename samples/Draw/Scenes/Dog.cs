namespace ResNet.Net.Samples.Draw.Scenes;

/// <summary>A cream-colored puppy on a red sofa.</summary>
internal static class Dog
{
    private static readonly Rgb Cream = new(0xEBDCC4);
    private static readonly Rgb Tan = new(0xB9854F);

    public static void Draw(Canvas canvas)
    {
        canvas.Background((x, y) => Backdrop.Foliage(x, y, new Rgb(0x3C1413), new Rgb(0x6E2A24), 120));

        Shape chest = Shape.Curve((112, 430), (134, 320), (190, 262), (310, 262), (366, 320), (388, 430));
        canvas.Solid(chest.Ruffled(9, 14), (x, y) => FurAt(x, y, Cream), 60);

        Shape head = Shape.Join(30, Shape.Ellipse(250, 152, 96, 96), Shape.Ellipse(250, 214, 80, 62));
        canvas.Fill(head.Grown(8), new Rgb(0x2A1A12), 26, 0.4);
        canvas.Solid(head.Ruffled(6, 12), (x, y) => FurAt(x, y, Cream), 76);

        foreach (bool right in (bool[])[false, true])
        {
            Shape ear = Shape.Curve(
                (188, 78), (150, 84), (118, 140), (108, 206), (122, 250), (150, 246), (170, 190), (182, 130)).Ruffled(6, 12);
            canvas.Fill(Side(ear.Grown(4), right), new Rgb(0x2A1A12), 16, 0.4);
            canvas.Solid(Side(ear, right), (x, y) => FurAt(x, y, Tan), 26);

            canvas.Fill(Side(Shape.Ellipse(208, 158, 25, 21).Ruffled(3, 7), right), Tan * 0.8, 16, 0.5);
            canvas.Solid(Side(Shape.Circle(210, 160, 14), right), new Rgb(0x1C120D), 13, 0.25);
            canvas.Fill(Shape.Circle(right ? 286 : 206, 155, 3.6), new Rgb(0xFFFFFF), 2);
            Shape lip = Shape.Ellipse(224, 234, 40, 30, 10).Ruffled(4, 8);
            canvas.Solid(Side(lip, right), (x, y) => FurAt(x, y, new Rgb(0xF6EEDF)), 34);
        }

        Shape tongue = Shape.Curve((236, 256), (264, 256), (266, 282), (250, 292), (234, 282));
        canvas.Solid(tongue, new Rgb(0xD9707A), 12);
        canvas.Fill(Shape.Stroke(2, 1.5, (250, 226), (250, 248), (232, 260), (210, 256)), new Rgb(0x2B1A14), 2.5, 0.85);
        canvas.Fill(Shape.Stroke(2, 1.5, (250, 226), (250, 248), (268, 260), (290, 256)), new Rgb(0x2B1A14), 2.5, 0.85);
        canvas.Solid(Shape.Curve((222, 202), (250, 194), (278, 202), (272, 222), (250, 234), (228, 222)), new Rgb(0x211A19), 14, 0.3);
    }

    private static Shape Side(Shape shape, bool right) => right ? shape.Mirrored(250) : shape;

    private static Rgb FurAt(double x, double y, Rgb color) =>
        color * (0.82 + (0.36 * Noise.Fractal((x + (10 * Noise.Value(x / 40, y / 40))) / 6, y / 18, 2)));
}
