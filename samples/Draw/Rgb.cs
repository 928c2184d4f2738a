namespace ResNet.Net.Samples.Draw;

/// <summary>A colour, each channel from 0 to 1.</summary>
public readonly record struct Rgb(double Red, double Green, double Blue)
{
    /// <summary>From 0xRRGGBB.</summary>
    public Rgb(int hex)
        : this(((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0)
    {
    }

    public static Rgb operator *(Rgb colour, double factor) => new(colour.Red * factor, colour.Green * factor, colour.Blue * factor);

    public static Rgb operator +(Rgb colour, double light) => new(colour.Red + light, colour.Green + light, colour.Blue + light);

    /// <summary>From <paramref name="a"/> (t = 0) to <paramref name="b"/> (t = 1), held at both ends.</summary>
    public static Rgb Mix(Rgb a, Rgb b, double t)
    {
        t = Math.Clamp(t, 0, 1);
        return new Rgb(a.Red + ((b.Red - a.Red) * t), a.Green + ((b.Green - a.Green) * t), a.Blue + ((b.Blue - a.Blue) * t));
    }
}
