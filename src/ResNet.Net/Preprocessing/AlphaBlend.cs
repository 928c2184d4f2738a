namespace ResNet.Net;

/// <summary>Straight (not premultiplied) alpha over a background, rounded to the nearest byte.</summary>
internal static class AlphaBlend
{
    public static byte OnBlack(int value, int alpha) => Over(value, alpha, 0);

    public static byte Over(int value, int alpha, int background)
        => (byte)(((value * alpha) + (background * (255 - alpha)) + 127) / 255);
}
