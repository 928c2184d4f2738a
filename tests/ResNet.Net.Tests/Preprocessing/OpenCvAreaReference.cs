namespace ResNet.Net.Tests;

/// <summary>
/// Implements OpenCV's INTER_AREA for the whole image, step by step after imgproc/resize.cpp: resizeAreaFast_Invoker with its special case
/// of 2x2 pixels, computeResizeAreaTab and ResizeArea_Invoker, and the linear interpolation that replaces them when a side grows. It is
/// slow and shares no code with the library.
/// </summary>
internal static class OpenCvAreaReference
{
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Resizes packed pixels.</summary>
    /// <returns>The packed pixels, <c>[newHeight, newWidth, channels]</c>.</returns>
    public static byte[] Resize(byte[] pixels, int width, int height, int channels, int newWidth, int newHeight)
    {
        if (width == newWidth && height == newHeight)
        {
            return pixels;
        }

        double scaleX = 1.0 / ((double)newWidth / width);
        double scaleY = 1.0 / ((double)newHeight / height);
        if (scaleX < 1 || scaleY < 1)
        {
            return Linear(pixels, width, height, channels, newWidth, newHeight);
        }

        int wholeX = (int)Math.Round(scaleX, MidpointRounding.ToEven);
        int wholeY = (int)Math.Round(scaleY, MidpointRounding.ToEven);
        return Math.Abs(scaleX - wholeX) < Epsilon && Math.Abs(scaleY - wholeY) < Epsilon
            ? Fast(pixels, width, channels, newWidth, newHeight, wholeX, wholeY)
            : General(pixels, width, height, channels, newWidth, newHeight, scaleX, scaleY);
    }

    private static byte[] Fast(byte[] pixels, int width, int channels, int newWidth, int newHeight, int scaleX, int scaleY)
    {
        byte[] result = new byte[newWidth * newHeight * channels];
        float scale = 1f / (scaleX * scaleY);
        for (int i = 0; i < result.Length; i++)
        {
            (int c, int dx, int dy) = (i % channels, i / channels % newWidth, i / channels / newWidth);
            int sum = 0;
            for (int sy = 0; sy < scaleY; sy++)
            {
                for (int sx = 0; sx < scaleX; sx++)
                {
                    sum += pixels[(((((dy * scaleY) + sy) * width) + (dx * scaleX) + sx) * channels) + c];
                }
            }

            result[i] = scaleX == 2 && scaleY == 2 ? (byte)((sum + 2) >> 2) : Saturate(sum * scale);
        }

        return result;
    }

    private static byte[] General(
        byte[] pixels, int width, int height, int channels, int newWidth, int newHeight, double scaleX, double scaleY)
    {
        List<(int Di, int Si, float Alpha)> xtab = Table(width, newWidth, scaleX);
        List<(int Di, int Si, float Alpha)> ytab = Table(height, newHeight, scaleY);
        byte[] result = new byte[newWidth * newHeight * channels];
        int row = newWidth * channels;
        float[] sum = new float[row];
        int previous = 0;
        foreach ((int dy, int sy, float beta) in ytab)
        {
            float[] buffer = new float[row];
            foreach ((int dx, int sx, float alpha) in xtab)
            {
                for (int c = 0; c < channels; c++)
                {
                    buffer[(dx * channels) + c] += pixels[(((sy * width) + sx) * channels) + c] * alpha;
                }
            }

            for (int i = 0; i < row; i++)
            {
                if (dy != previous)
                {
                    result[(previous * row) + i] = Saturate(sum[i]);
                    sum[i] = beta * buffer[i];
                }
                else
                {
                    sum[i] += beta * buffer[i];
                }
            }

            previous = dy;
        }

        for (int i = 0; i < row; i++)
        {
            result[(previous * row) + i] = Saturate(sum[i]);
        }

        return result;
    }

    private static List<(int Di, int Si, float Alpha)> Table(int size, int newSize, double scale)
    {
        List<(int Di, int Si, float Alpha)> table = [];
        for (int dx = 0; dx < newSize; dx++)
        {
            double fsx1 = dx * scale;
            double fsx2 = fsx1 + scale;
            double cellWidth = Math.Min(scale, size - fsx1);
            int sx1 = (int)Math.Ceiling(fsx1);
            int sx2 = (int)Math.Floor(fsx2);
            sx2 = Math.Min(sx2, size - 1);
            sx1 = Math.Min(sx1, sx2);
            if (sx1 - fsx1 > 1e-3)
            {
                table.Add((dx, sx1 - 1, (float)((sx1 - fsx1) / cellWidth)));
            }

            for (int sx = sx1; sx < sx2; sx++)
            {
                table.Add((dx, sx, (float)(1.0 / cellWidth)));
            }

            if (fsx2 - sx2 > 1e-3)
            {
                table.Add((dx, sx2, (float)(Math.Min(Math.Min(fsx2 - sx2, 1.0), cellWidth) / cellWidth)));
            }
        }

        return table;
    }

    private static byte[] Linear(byte[] pixels, int width, int height, int channels, int newWidth, int newHeight)
    {
        byte[] result = new byte[newWidth * newHeight * channels];
        for (int i = 0; i < result.Length; i++)
        {
            (int c, int dx, int dy) = (i % channels, i / channels % newWidth, i / channels / newWidth);
            (int sx, float fx) = Position(dx, width, newWidth);
            (int sy, float fy) = Position(dy, height, newHeight);
            if (sx >= width - 1)
            {
                (sx, fx) = (width - 1, 0);
            }

            int At(int x, int y) => pixels[(((Math.Min(y, height - 1) * width) + Math.Min(x, width - 1)) * channels) + c];
            int Horizontal(int y) => (At(sx, y) * Fixed(1f - fx)) + (At(sx + 1, y) * Fixed(fx));
            int upper = (Fixed(1f - fy) * (Horizontal(sy) >> 4)) >> 16;
            int lower = (Fixed(fy) * (Horizontal(sy + 1) >> 4)) >> 16;
            result[i] = (byte)((upper + lower + 2) >> 2);
        }

        return result;
    }

    private static (int Index, float Fraction) Position(int position, int size, int newSize)
    {
        double inverse = (double)newSize / size;
        double scale = 1.0 / inverse;
        int s = (int)Math.Floor(position * scale);
        float f = (float)((position + 1) - ((s + 1) * inverse));
        return (s, f <= 0 ? 0 : f - (float)Math.Floor(f));
    }

    private static int Fixed(float weight) => (int)Math.Round((double)(weight * 2048f), MidpointRounding.ToEven);

    // saturate_cast<uchar>(float): cvRound, half to even.
    private static byte Saturate(float value) => (byte)Math.Clamp((int)Math.Round((double)value, MidpointRounding.ToEven), 0, 255);
}
