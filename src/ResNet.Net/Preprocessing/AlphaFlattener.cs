namespace ResNet.Net;

/// <summary>Blends straight (not premultiplied) alpha over a background.</summary>
internal static class AlphaFlattener
{
    /// <summary>
    /// Gets rows without alpha: a view of the source if it has no alpha, otherwise its rows blended over black in scratch memory.
    /// </summary>
    /// <param name="source">The image.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="scratch">The scratch memory of the slot.</param>
    /// <returns>The rows; valid until the next call with the same scratch memory.</returns>
    public static PixelView FlattenRows(
        scoped in PixelView source, int first, int count, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        if (!PixelLayout.Of(source.Format).HasAlpha)
        {
            return source.Rows(first, count);
        }

        int rowLength = source.Width * 4;
        Span<byte> flattened = scratch.Flattened(checked(rowLength * count));
        for (int i = 0; i < count; i++)
        {
            kernels.Flatten(source.Row(first + i), flattened.Slice(i * rowLength, rowLength));
        }

        return new PixelView(flattened, source.Width, count, source.Format == PixelFormat.Rgba32 ? PixelFormat.Rgbx32 : PixelFormat.Bgrx32);
    }

    /// <summary>Blends a channel value over a gray level, rounded to the nearest byte.</summary>
    public static byte Blend(int value, int alpha, int background) => (byte)(((value * alpha) + (background * (255 - alpha)) + 127) / 255);
}
