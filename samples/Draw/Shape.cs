namespace ResNet.Net.Samples.Draw;

/// <summary>A signed distance: negative inside, zero on the edge, in pixels. Its box says where it can be painted.</summary>
public sealed class Shape
{
    private const int CurveSteps = 8;
    private const double Thin = 2;

    private Shape(Func<double, double, double> distance, double left, double top, double right, double bottom, Shape? core = null)
    {
        (Distance, Core) = (distance, core ?? this);
        (Left, Top, Right, Bottom) = (left, top, right, bottom);
    }

    public Func<double, double, double> Distance { get; }

    /// <summary>The smooth shape behind an uneven edge: what the light sees.</summary>
    public Shape Core { get; }

    public double Left { get; }

    public double Top { get; }

    public double Right { get; }

    public double Bottom { get; }

    public static Shape Circle(double x, double y, double radius) => Ellipse(x, y, radius, radius);

    /// <summary>The angle is in degrees, clockwise. The distance is approximate away from the edge.</summary>
    public static Shape Ellipse(double x, double y, double radiusX, double radiusY, double angle = 0)
    {
        (double cos, double sin) = Direction(angle);
        double least = Math.Min(radiusX, radiusY), most = Math.Max(radiusX, radiusY);
        return new Shape(
            (px, py) =>
            {
                double dx = px - x, dy = py - y;
                double u = ((dx * cos) + (dy * sin)) / radiusX, v = ((dy * cos) - (dx * sin)) / radiusY;
                double scaled = Length(u, v), slope = Length(u / radiusX, v / radiusY);
                if (slope == 0)
                {
                    return -least;
                }

                // Right to first order at the edge; inside it turns into a smooth dome, which shades without creases.
                double reach = scaled / slope;
                return (scaled - 1) * (scaled < 1 ? least + ((reach - least) * scaled * scaled) : reach);
            },
            x - most, y - most, x + most, y + most);
    }

    public static Shape Box(double left, double top, double right, double bottom, double corner = 0)
    {
        double x = (left + right) / 2, y = (top + bottom) / 2;
        double width = ((right - left) / 2) - corner, height = ((bottom - top) / 2) - corner;
        return new Shape(
            (px, py) =>
            {
                double dx = Math.Abs(px - x) - width, dy = Math.Abs(py - y) - height;
                return Length(Math.Max(dx, 0), Math.Max(dy, 0)) + Math.Min(Math.Max(dx, dy), 0) - corner;
            },
            left, top, right, bottom);
    }

    /// <summary>A thick line between two circles.</summary>
    public static Shape Limb(double x0, double y0, double radius0, double x1, double y1, double radius1)
    {
        double bx = x1 - x0, by = y1 - y0, square = (bx * bx) + (by * by);
        double reach = Math.Max(radius0, radius1);
        return new Shape(
            (px, py) =>
            {
                double dx = px - x0, dy = py - y0;
                double along = Math.Clamp(((dx * bx) + (dy * by)) / square, 0, 1);
                double distance = Length(dx - (bx * along), dy - (by * along)), radius = radius0 + ((radius1 - radius0) * along);

                // Inside a thick limb the slope fades towards the middle: it shades like a cylinder.
                return distance > radius || radius < Thin
                    ? distance - radius
                    : ((distance * distance / radius) - radius) / 2;
            },
            Math.Min(x0, x1) - reach, Math.Min(y0, y1) - reach, Math.Max(x0, x1) + reach, Math.Max(y0, y1) + reach);
    }

    public static Shape Polygon(params (double X, double Y)[] points) => new(
        (px, py) =>
        {
            double nearest = double.MaxValue;
            bool inside = false;
            for (int i = 0, j = points.Length - 1; i < points.Length; j = i++)
            {
                (double ax, double ay) = points[j];
                (double bx, double by) = points[i];
                double ex = bx - ax, ey = by - ay, dx = px - ax, dy = py - ay;
                double along = Math.Clamp(((dx * ex) + (dy * ey)) / ((ex * ex) + (ey * ey)), 0, 1);
                double x = dx - (ex * along), y = dy - (ey * along);
                nearest = Math.Min(nearest, (x * x) + (y * y));
                if ((ay > py) != (by > py) && px < ax + (ex * dy / ey))
                {
                    inside = !inside;
                }
            }

            return inside ? -Math.Sqrt(nearest) : Math.Sqrt(nearest);
        },
        points.Min(p => p.X), points.Min(p => p.Y), points.Max(p => p.X), points.Max(p => p.Y));

    /// <summary>A smooth closed outline through the points.</summary>
    public static Shape Curve(params (double X, double Y)[] points)
    {
        var outline = new List<(double X, double Y)>();
        for (int i = 0; i < points.Length; i++)
        {
            for (int step = 0; step < CurveSteps; step++)
            {
                outline.Add(Spline(
                    points[(i + points.Length - 1) % points.Length], points[i],
                    points[(i + 1) % points.Length], points[(i + 2) % points.Length], step / (double)CurveSteps));
            }
        }

        return Polygon([.. outline]);
    }

    /// <summary>A smooth line through the points whose radius goes from one value to the other.</summary>
    public static Shape Stroke(double radius0, double radius1, params (double X, double Y)[] points)
    {
        var limbs = new List<Shape>();
        int count = (points.Length - 1) * CurveSteps;
        (double X, double Y) from = points[0];
        for (int i = 0; i < count; i++)
        {
            int part = i / CurveSteps;
            (double X, double Y) to = Spline(
                points[Math.Max(part - 1, 0)], points[part], points[part + 1], points[Math.Min(part + 2, points.Length - 1)],
                ((i % CurveSteps) + 1) / (double)CurveSteps);
            double Radius(int step) => radius0 + ((radius1 - radius0) * step / count);
            limbs.Add(Limb(from.X, from.Y, Radius(i), to.X, to.Y, Radius(i + 1)));
            from = to;
        }

        return Join(0, [.. limbs]);
    }

    /// <summary>Bones from joint to joint, each joint with its radius.</summary>
    public static Shape Chain(params (double X, double Y, double Radius)[] joints) => Join(3, [.. joints.Zip(
        joints.Skip(1), (from, to) => Limb(from.X, from.Y, from.Radius, to.X, to.Y, to.Radius))]);

    /// <summary>All shapes as one; seams are rounded over <paramref name="blend"/> pixels.</summary>
    public static Shape Join(double blend, params Shape[] shapes) => new(
        (x, y) =>
        {
            double joined = shapes[0].Distance(x, y);
            for (int i = 1; i < shapes.Length; i++)
            {
                double other = shapes[i].Distance(x, y);
                double overlap = blend > 0 ? Math.Max(blend - Math.Abs(joined - other), 0) / blend : 0;
                joined = Math.Min(joined, other) - (overlap * overlap * blend / 4);
            }

            return joined;
        },
        shapes.Min(s => s.Left) - blend, shapes.Min(s => s.Top) - blend,
        shapes.Max(s => s.Right) + blend, shapes.Max(s => s.Bottom) + blend);

    public Shape Without(Shape other) => new((x, y) => Math.Max(Distance(x, y), -other.Distance(x, y)), Left, Top, Right, Bottom);

    public Shape Within(Shape other) => new((x, y) => Math.Max(Distance(x, y), other.Distance(x, y)), Left, Top, Right, Bottom);

    public Shape Grown(double by) => new((x, y) => Distance(x, y) - by, Left - by, Top - by, Right + by, Bottom + by);

    /// <summary>The same shape with an uneven edge: fur, foam, bark.</summary>
    public Shape Ruffled(double depth, double size) => new(
        (x, y) => Distance(x, y) + (depth * ((2 * Noise.Fractal(x / size, y / size, 2)) - 1)),
        Left - depth, Top - depth, Right + depth, Bottom + depth, Core);

    /// <summary>Turned clockwise around a point.</summary>
    public Shape Turned(double angle, double x, double y)
    {
        (double cos, double sin) = Direction(angle);
        double reach = Length(Math.Max(x - Left, Right - x), Math.Max(y - Top, Bottom - y));
        return new Shape(
            (px, py) =>
            {
                double dx = px - x, dy = py - y;
                return Distance(x + (dx * cos) + (dy * sin), y + (dy * cos) - (dx * sin));
            },
            x - reach, y - reach, x + reach, y + reach);
    }

    /// <summary>Mirrored left to right around a vertical line.</summary>
    public Shape Mirrored(double axis) =>
        new(
            (x, y) => Distance((2 * axis) - x, y), (2 * axis) - Right, Top, (2 * axis) - Left, Bottom,
            Core == this ? null : Core.Mirrored(axis));

    // Platforms differ in the last bits of sine and cosine: rounded, the images are the same everywhere.
    private static (double Cos, double Sin) Direction(double degrees) =>
        (Math.Round(Math.Cos(degrees * Math.PI / 180), 9), Math.Round(Math.Sin(degrees * Math.PI / 180), 9));

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));

    // Catmull-Rom: passes through b (t = 0) and c (t = 1).
    private static (double X, double Y) Spline(
        (double X, double Y) a, (double X, double Y) b, (double X, double Y) c, (double X, double Y) d, double t)
    {
        double Along(double p, double q, double r, double s) =>
            q + (t / 2 * (r - p + (t * ((2 * p) - (5 * q) + (4 * r) - s + (t * ((3 * (q - r)) + s - p))))));
        return (Along(a.X, b.X, c.X, d.X), Along(a.Y, b.Y, c.Y, d.Y));
    }
}
