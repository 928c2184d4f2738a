using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>Applies EXIF orientations, 1 to 8 (TIFF tag 274).</summary>
internal static class Orientation
{
    /// <summary>Determines whether an orientation swaps width and height.</summary>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>Copies packed pixels in upright orientation.</summary>
    /// <param name="source">The stored pixels, packed row after row.</param>
    /// <param name="width">The stored number of columns.</param>
    /// <param name="height">The stored number of rows.</param>
    /// <param name="bytesPerPixel">1, 3 or 4.</param>
    /// <param name="orientation">The orientation; other values than 2 to 8 copy the pixels unchanged.</param>
    /// <param name="target">Receives the upright pixels.</param>
    public static void Apply(ReadOnlySpan<byte> source, int width, int height, int bytesPerPixel, int orientation, Span<byte> target)
    {
        // The target position of source pixel (0, 0), and the target steps that correspond to one source step right and one down.
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
        int step = (rightX + (rightY * targetWidth)) * bytesPerPixel;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = source.Slice(y * width * bytesPerPixel, width * bytesPerPixel);
            int offset = (startX + (downX * y) + ((startY + (downY * y)) * targetWidth)) * bytesPerPixel;
            if (bytesPerPixel == 4)
            {
                foreach (uint pixel in MemoryMarshal.Cast<byte, uint>(row))
                {
                    MemoryMarshal.Write(target[offset..], pixel);
                    offset += step;
                }

                continue;
            }

            for (int x = 0; x < row.Length; x += bytesPerPixel)
            {
                row.Slice(x, bytesPerPixel).CopyTo(target[offset..]);
                offset += step;
            }
        }
    }
}
