namespace ResNet.Net;

/// <summary>Takes resampled rows, normalizes them and writes them into the tensor of one image, <c>[3, Height, Width]</c>.</summary>
internal readonly ref struct TensorWriter(Span<float> planes, int width, int height, Normalization normalization, PreprocessingKernels kernels)
{
    private readonly Span<float> _planes = planes[..checked(3 * width * height)];

    /// <param name="y">The row of the tensor.</param>
    /// <param name="colors">Its values in [0, 255]: red, green, blue, each <paramref name="stride"/> after the one before; or gray alone.</param>
    /// <param name="stride">Values from one color to the next; 0 for grey.</param>
    public void Write(int y, ReadOnlySpan<byte> colors, int stride)
    {
        for (int plane = 0; plane < 3; plane++)
        {
            kernels.Normalize(colors.Slice(normalization.Color(plane) * stride, width), Row(plane, y), normalization.Scale(plane), normalization.Offset(plane));
        }
    }

    /// <summary>A row that lies between two: <c>upper * (1 - fraction) + lower * fraction</c>, then as above.</summary>
    /// <param name="y">The row of the tensor.</param>
    /// <param name="upper">Values in [0, 255]: red, green, blue, each <paramref name="stride"/> after the one before.</param>
    /// <param name="lower">As <paramref name="upper"/>.</param>
    /// <param name="stride">Values from one color to the next.</param>
    /// <param name="fraction">From 0 to 1.</param>
    public void Write(int y, ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, int stride, float fraction)
    {
        for (int plane = 0; plane < 3; plane++)
        {
            int start = normalization.Color(plane) * stride;
            kernels.MixRows(
                upper.Slice(start, width), lower.Slice(start, width), fraction, Row(plane, y), normalization.Scale(plane), normalization.Offset(plane));
        }
    }

    /// <summary>Packed pixels as they are.</summary>
    /// <param name="y">The row of the tensor that the first of them is in; they begin at its start.</param>
    /// <param name="pixels">Color pixels without alpha: a row, or several without padding.</param>
    /// <param name="layout">Their layout.</param>
    public void WritePixels(int y, ReadOnlySpan<byte> pixels, PixelLayout layout)
        => kernels.NormalizePixels(pixels, layout, _planes[(y * width)..], height * width, normalization);

    private Span<float> Row(int plane, int y) => _planes.Slice(((plane * height) + y) * width, width);
}
