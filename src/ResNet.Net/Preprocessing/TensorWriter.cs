namespace ResNet.Net;

/// <summary>Normalizes resampled rows and writes them to the tensor of one image, <c>[3, Height, Width]</c>.</summary>
internal readonly ref struct TensorWriter(
    Span<float> planes, int width, int height, Normalization normalization, PreprocessingKernels kernels)
{
    private readonly Span<float> _planes = planes[..checked(3 * width * height)];

    /// <summary>Writes a row.</summary>
    /// <param name="y">The row of the tensor.</param>
    /// <param name="colors">The values in [0, 255]: the red, green and blue rows, <paramref name="stride"/> apart, or one gray row.</param>
    /// <param name="stride">The number of values from one color to the next; 0 for gray.</param>
    public void Write(int y, ReadOnlySpan<byte> colors, int stride)
    {
        for (int plane = 0; plane < 3; plane++)
        {
            ReadOnlySpan<byte> values = colors.Slice(normalization.Color(plane) * stride, width);
            kernels.Normalize(values, Row(plane, y), normalization.Scale(plane), normalization.Offset(plane));
        }
    }

    /// <summary>Writes a row that lies between two: <c>upper * (1 - fraction) + lower * fraction</c>.</summary>
    /// <param name="y">The row of the tensor.</param>
    /// <param name="upper">The values in [0, 255]: the red, green and blue rows, <paramref name="stride"/> apart.</param>
    /// <param name="lower">The values of the next row, in the same layout.</param>
    /// <param name="stride">The number of values from one color to the next.</param>
    /// <param name="fraction">The distance from the upper row, from 0 to 1.</param>
    public void Write(int y, ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, int stride, float fraction)
    {
        for (int plane = 0; plane < 3; plane++)
        {
            int start = normalization.Color(plane) * stride;
            (float scale, float offset) = (normalization.Scale(plane), normalization.Offset(plane));
            kernels.InterpolateRows(upper.Slice(start, width), lower.Slice(start, width), fraction, Row(plane, y), scale, offset);
        }
    }

    /// <summary>Writes packed pixels.</summary>
    /// <param name="y">The row of the tensor at which the pixels start.</param>
    /// <param name="pixels">Color pixels without alpha: one row, or several without padding.</param>
    /// <param name="layout">The layout of the pixels.</param>
    public void WritePixels(int y, ReadOnlySpan<byte> pixels, PixelLayout layout)
        => kernels.NormalizePixels(pixels, layout, _planes[(y * width)..], height * width, normalization);

    private Span<float> Row(int plane, int y) => _planes.Slice(((plane * height) + y) * width, width);
}
