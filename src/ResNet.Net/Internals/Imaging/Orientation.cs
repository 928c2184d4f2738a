using System.Buffers;

namespace ResNet.Net.Internals.Imaging;

/// <summary>The eight orientations of EXIF (TIFF tag 274).</summary>
internal static class Orientation
{
    /// <summary>Whether width and height change places.</summary>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>The picture, upright; takes over the pooled array of packed RGB.</summary>
    public static DecodedImage Upright(byte[] pooled, int width, int height, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return new DecodedImage(pooled, width, height);
        }

        byte[] upright = ArrayPool<byte>.Shared.Rent(width * height * 3);
        Apply(pooled, width, height, orientation, upright);
        ArrayPool<byte>.Shared.Return(pooled);
        return SwapsSides(orientation) ? new DecodedImage(upright, height, width) : new DecodedImage(upright, width, height);
    }

    /// <summary>Copies packed RGB so that the picture stands upright.</summary>
    public static void Apply(ReadOnlySpan<byte> source, int width, int height, int orientation, Span<byte> target)
    {
        // Where pixel (0, 0) of the source goes, and how far one step right and one step down in the source move in the target.
        int targetWidth = SwapsSides(orientation) ? height : width;
        int targetHeight = SwapsSides(orientation) ? width : height;
        int lastX = targetWidth - 1;
        int lastY = targetHeight - 1;
        (int startX, int startY, int rightX, int rightY, int downX, int downY) = orientation switch
        {
            2 => (lastX, 0, -1, 0, 0, 1),
            3 => (lastX, lastY, -1, 0, 0, -1),
            4 => (0, lastY, 1, 0, 0, -1),
            5 => (0, 0, 0, 1, 1, 0),
            6 => (lastX, 0, 0, 1, -1, 0),
            7 => (lastX, lastY, 0, -1, -1, 0),
            8 => (0, lastY, 0, -1, 1, 0),
            _ => (0, 0, 1, 0, 0, 1),
        };
        int step = (rightX + (rightY * targetWidth)) * 3;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = source.Slice(y * width * 3, width * 3);
            int offset = (startX + (downX * y) + ((startY + (downY * y)) * targetWidth)) * 3;
            for (int x = 0; x < row.Length; x += 3)
            {
                target[offset] = row[x];
                target[offset + 1] = row[x + 1];
                target[offset + 2] = row[x + 2];
                offset += step;
            }
        }
    }
}
