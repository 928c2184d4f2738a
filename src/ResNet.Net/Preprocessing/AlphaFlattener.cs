namespace ResNet.Net;

/// <summary>Rows of an image without alpha: the image's own where it has none, else flattened on black into scratch memory.</summary>
internal static class AlphaFlattener
{
    /// <returns><paramref name="count"/> rows from <paramref name="first"/>; valid until the next call with the same scratch memory.</returns>
    public static PixelView Rows(in PixelView source, int first, int count, PreprocessingKernels kernels, PreprocessingScratch scratch)
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
}
