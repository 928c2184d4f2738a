namespace ResNet.Net.Tests;

/// <summary>
/// Implements OpenCV's INTER_LINEAR pixel by pixel for the whole image, after imgproc/resize.cpp: HResizeLinear and VResizeLinear on bytes
/// with INTER_RESIZE_COEF_BITS = 11, ResizeAreaFast at exactly half size, and the same on doubles. It is slow and shares no code with the
/// library.
/// </summary>
internal static class OpenCvReference
{
    /// <summary>Resizes packed pixels.</summary>
    /// <returns>The packed pixels, <c>[newHeight, newWidth, channels]</c>.</returns>
    public static byte[] Resize(byte[] pixels, int width, int height, int channels, int newWidth, int newHeight)
    {
        byte[] result = new byte[newWidth * newHeight * channels];
        bool half = IsHalf(width, height, newWidth, newHeight);
        for (int y = 0; y < newHeight; y++)
        {
            (int sy, float fy) = Position(y, height, newHeight);
            for (int x = 0; x < newWidth; x++)
            {
                (int sx, float fx) = Column(x, width, newWidth);
                for (int c = 0; c < channels; c++)
                {
                    int At(int px, int py)
                        => pixels[(((Math.Clamp(py, 0, height - 1) * width) + Math.Clamp(px, 0, width - 1)) * channels) + c];
                    int Horizontal(int py) => (At(sx, py) * Fixed(1f - fx)) + (At(sx + 1, py) * Fixed(fx));
                    int Block(int bx, int by)
                        => At(2 * bx, 2 * by) + At((2 * bx) + 1, 2 * by) + At(2 * bx, (2 * by) + 1) + At((2 * bx) + 1, (2 * by) + 1);
                    int value = half
                        ? (Block(x, y) + 2) >> 2
                        : (((Fixed(1f - fy) * (Horizontal(sy) >> 4)) >> 16) + ((Fixed(fy) * (Horizontal(sy + 1) >> 4)) >> 16) + 2) >> 2;
                    result[(((y * newWidth) + x) * channels) + c] = (byte)value;
                }
            }
        }

        return result;
    }

    /// <summary>Resizes packed pixels divided by 255.</summary>
    /// <returns>The packed values, <c>[newHeight, newWidth, channels]</c>.</returns>
    public static double[] ResizeFloat(byte[] pixels, int width, int height, int channels, int newWidth, int newHeight)
    {
        double[] result = new double[newWidth * newHeight * channels];
        bool half = IsHalf(width, height, newWidth, newHeight);
        for (int y = 0; y < newHeight; y++)
        {
            (int sy, float fy) = Position(y, height, newHeight);
            for (int x = 0; x < newWidth; x++)
            {
                (int sx, float fx) = Column(x, width, newWidth);
                for (int c = 0; c < channels; c++)
                {
                    double At(int px, int py)
                        => pixels[(((Math.Clamp(py, 0, height - 1) * width) + Math.Clamp(px, 0, width - 1)) * channels) + c] / 255.0;
                    double Horizontal(int py) => (At(sx, py) * (1f - fx)) + (At(sx + 1, py) * fx);
                    result[(((y * newWidth) + x) * channels) + c] = half
                        ? (At(2 * x, 2 * y) + At((2 * x) + 1, 2 * y) + At(2 * x, (2 * y) + 1) + At((2 * x) + 1, (2 * y) + 1)) * 0.25
                        : (Horizontal(sy) * (1f - fy)) + (Horizontal(sy + 1) * fy);
                }
            }
        }

        return result;
    }

    private static bool IsHalf(int width, int height, int newWidth, int newHeight)
        => Math.Abs((1.0 / ((double)newWidth / width)) - 2) < 2.220446049250313e-16
            && Math.Abs((1.0 / ((double)newHeight / height)) - 2) < 2.220446049250313e-16;

    private static (int Index, float Fraction) Position(int position, int size, int newSize)
    {
        double scale = 1.0 / ((double)newSize / size);
        float f = (float)(((position + 0.5) * scale) - 0.5);
        int s = (int)Math.Floor(f);
        return (s, f - s);
    }

    private static (int Index, float Fraction) Column(int position, int size, int newSize)
    {
        (int s, float f) = Position(position, size, newSize);
        return s < 0 ? (0, 0f) : s >= size - 1 ? (size - 1, 0f) : (s, f);
    }

    // saturate_cast<short>(float): cvRound, half to even.
    private static int Fixed(float weight) => (int)Math.Round((double)(weight * 2048f), MidpointRounding.ToEven);
}
