namespace ResNet.Net.Samples.Draw;

/// <summary>A color, each channel from 0 to 1.</summary>
public readonly record struct Rgb(double Red, double Green, double Blue)
{
    /// <summary>From 0xRRGGBB.</summary>
    public Rgb(int hex)
        : this(((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0)
    {
    }

    public static Rgb operator *(Rgb color, double factor) => new(color.Red * factor, color.Green * factor, color.Blue * factor);

    public static Rgb operator +(Rgb color, double light) => new(color.Red + light, color.Green + light, color.Blue + light);

    /// <summary>From <paramref name="a"/> (t = 0) to <paramref name="b"/> (t = 1), held at both ends.</summary>
    public static Rgb Mix(Rgb a, Rgb b, double t)
    {
        t = Math.Clamp(t, 0, 1);
        return new Rgb(a.Red + ((b.Red - a.Red) * t), a.Green + ((b.Green - a.Green) * t), a.Blue + ((b.Blue - a.Blue) * t));
    }
}
