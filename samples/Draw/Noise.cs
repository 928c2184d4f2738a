namespace ResNet.Net.Samples.Draw;

/// <summary>Smooth random values from 0 to 1 that depend on the position alone.</summary>
public static class Noise
{
    /// <summary>One random value per unit square, blended smoothly.</summary>
    public static double Value(double x, double y)
    {
        double left = Math.Floor(x), top = Math.Floor(y);
        double u = Smooth(x - left), v = Smooth(y - top);
        int column = (int)left, row = (int)top;
        double above = Lerp(Lattice(column, row), Lattice(column + 1, row), u);
        double below = Lerp(Lattice(column, row + 1), Lattice(column + 1, row + 1), u);
        return Lerp(above, below, v);
    }

    /// <summary>Noise of several sizes: each octave is half as wide and half as strong as the one before.</summary>
    public static double Fractal(double x, double y, int octaves)
    {
        double sum = 0, weight = 1, total = 0;
        for (int octave = 0; octave < octaves; octave++)
        {
            sum += weight * Value(x, y);
            total += weight;
            weight /= 2;

            // Turned by the angle of a 3-4-5 triangle, so that the lattice of one octave hides that of the next.
            (x, y) = ((1.6 * x) - (1.2 * y) + 17, (1.2 * x) + (1.6 * y) + 31);
        }

        return sum / total;
    }

    /// <summary>0 below <paramref name="from"/>, 1 above <paramref name="to"/>, an S curve between.</summary>
    public static double Step(double from, double to, double value) => Smooth(Math.Clamp((value - from) / (to - from), 0, 1));

    private static double Lattice(int x, int y)
    {
        unchecked
        {
            uint hash = ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u);
            hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
            hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
            return (hash ^ (hash >> 15)) / (double)uint.MaxValue;
        }
    }

    private static double Smooth(double t) => t * t * (3 - (2 * t));

    private static double Lerp(double a, double b, double t) => a + ((b - a) * t);
}
