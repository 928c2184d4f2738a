namespace ResNet.Net;

/// <summary>
/// Represents the class activation map of an image: which parts of the image support a class. The mean of the map plus the bias of the
/// dense layer is the logit of the class. The map holds a copy of the image's pixels. Immutable.
/// </summary>
/// <remarks>
/// Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization". As in the paper, the map is stretched over the
/// region that the model evaluated. A cell also depends on its surroundings, because the model's receptive fields are larger than the
/// cells.
/// </remarks>
public sealed class ActivationMap
{
    private readonly float[] _values;
    private readonly RetainedImage _image;

    internal ActivationMap(
        float[] values, int columns, Prediction prediction, Classification classification, RetainedImage image, ImageRegion region)
    {
        _values = values;
        Columns = columns;
        Rows = values.Length / columns;
        Prediction = prediction;
        Classification = classification;
        _image = image;
        Region = region;
    }

    /// <summary>Gets the class of the map and its probability.</summary>
    public Prediction Prediction { get; }

    /// <summary>Gets the classification of the same run: the five most probable classes.</summary>
    public Classification Classification { get; }

    /// <summary>Gets the number of rows in the map: 7 for the zoo's variants, 8 for the embedded model.</summary>
    public int Rows { get; }

    /// <summary>Gets the number of columns in the map.</summary>
    public int Columns { get; }

    /// <summary>
    /// Gets the map, <c>[Rows, Columns]</c>, in the unit of logits. Positive values are evidence for the class, negative values against it.
    /// </summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>Gets the number of columns in the upright image.</summary>
    public int ImageWidth => _image.Width;

    /// <summary>Gets the number of rows in the upright image.</summary>
    public int ImageHeight => _image.Height;

    /// <summary>Gets the region of the image that the model evaluated and that the map covers.</summary>
    public ImageRegion Region { get; }

    /// <summary>Gets a cell of the map.</summary>
    /// <param name="row">The row, from 0 at the top.</param>
    /// <param name="column">The column, from 0 at the left.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> or <paramref name="column"/> is out of range.</exception>
    public float this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
            return _values[(row * Columns) + column];
        }
    }

    /// <summary>Upsamples the map to the size of the image by cubic convolution (Keys 1981).</summary>
    /// <returns>One value per pixel, <c>[ImageHeight, ImageWidth]</c>, in the unit of logits; NaN outside <see cref="Region"/>.</returns>
    public float[] Upsample() => Upsample(ImageWidth, ImageHeight);

    /// <summary>Upsamples the map to the size of a scaled copy of the image by cubic convolution (Keys 1981).</summary>
    /// <param name="width">The number of columns in the scaled image, at least 1.</param>
    /// <param name="height">The number of rows in the scaled image, at least 1.</param>
    /// <returns>One value per pixel, <c>[height, width]</c>, in the unit of logits; NaN outside <see cref="Region"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="width"/> or <paramref name="height"/> is less than 1, or the scaled image has more than 2^30 pixels.
    /// </exception>
    public float[] Upsample(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        const int MaxPixels = 1 << 30;
        if ((long)width * Math.Max(height, Rows) > MaxPixels)
        {
            throw new ArgumentOutOfRangeException(
                nameof(height), height, $"The size {width} x {height} has too many pixels; the limit is {MaxPixels}.");
        }

        CubicTaps horizontal = new(Positions(width, ImageWidth, Region.Left, Region.Width, Columns), Columns);
        CubicTaps vertical = new(Positions(height, ImageHeight, Region.Top, Region.Height, Rows), Rows);
        float[] stretched = new float[Rows * width];
        for (int row = 0; row < Rows; row++)
        {
            for (int x = 0; x < width; x++)
            {
                stretched[(row * width) + x] = horizontal.At(x, _values.AsSpan(row * Columns), 1);
            }
        }

        float[] upsampled = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                upsampled[(y * width) + x] = vertical.At(y, stretched.AsSpan(x), width);
            }
        }

        return upsampled;
    }

    /// <summary>
    /// Draws the map over the image. Colors range from black through red to yellow ("inferno") between the smallest and the largest value.
    /// Pixels outside <see cref="Region"/>, and those with the smallest value, are unchanged.
    /// </summary>
    /// <param name="options">The size and the opacity; <see langword="null"/> for the defaults.</param>
    /// <param name="width">Receives the number of columns.</param>
    /// <param name="height">Receives the number of rows.</param>
    /// <returns>Packed RGB pixels, <c>[height, width, 3]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public byte[] Overlay(OverlayOptions? options, out int width, out int height)
    {
        options ??= new OverlayOptions();
        (int columns, int rows) = options.SizeFor(ImageWidth, ImageHeight);
        float[] planes = _image.ToPlanes(columns, rows);
        float[] map = Upsample(columns, rows);
        int spacing = options.SideBySide ? Math.Max(1, Math.Max(columns, rows) / 64) : 0;
        int left = options.SideBySide ? columns + spacing : 0;
        (width, height) = (left + columns, rows);
        byte[] rgb = new byte[checked(3 * width * height)];
        rgb.AsSpan().Fill(byte.MaxValue);
        float smallest = _values.Min();
        float range = _values.Max() - smallest;
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                int pixel = (y * columns) + x;
                double intensity = range > 0 && !float.IsNaN(map[pixel]) ? Math.Clamp((map[pixel] - smallest) / range, 0, 1) : 0;
                Blend(planes, pixel, intensity, options.Opacity * intensity, rgb.AsSpan(3 * ((y * width) + left + x), 3));
                if (options.SideBySide)
                {
                    Blend(planes, pixel, 0, 0, rgb.AsSpan(3 * ((y * width) + x), 3));
                }
            }
        }

        return rgb;
    }

    /// <summary>Draws the map over the image and encodes the result as PNG.</summary>
    /// <param name="options">The size and the opacity; <see langword="null"/> for the defaults.</param>
    /// <returns>The bytes of the PNG file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public byte[] ToPng(OverlayOptions? options = null)
    {
        byte[] rgb = Overlay(options, out int width, out int height);
        return PngFile.Encode(rgb, width, height);
    }

    /// <summary>Draws the map over the image and saves the result as a PNG file. An existing file is overwritten.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="options">The size and the opacity; <see langword="null"/> for the defaults.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or <paramref name="path"/> is a directory.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of range.</exception>
    public void SavePng(string path, OverlayOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, ToPng(options));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Prediction.Label} {Prediction.Probability:P1}, {Rows}x{Columns}";

    // The positions of the scaled image's pixel centers along one axis, in cells of the map.
    private static double[] Positions(int scaled, int full, double start, double length, int cells)
    {
        double[] positions = new double[scaled];
        for (int i = 0; i < scaled; i++)
        {
            double fraction = (((i + 0.5) * full / scaled) - start) / length;
            positions[i] = fraction is >= 0 and < 1 ? (fraction * cells) - 0.5 : double.NaN;
        }

        return positions;
    }

    private static void Blend(float[] planes, int pixel, double intensity, double opacity, Span<byte> rgb)
    {
        (double red, double green, double blue) = InfernoColors.At(intensity);
        int plane = planes.Length / 3;
        rgb[0] = Blend(planes[pixel], red, opacity);
        rgb[1] = Blend(planes[plane + pixel], green, opacity);
        rgb[2] = Blend(planes[(2 * plane) + pixel], blue, opacity);
    }

    private static byte Blend(double background, double foreground, double opacity)
        => (byte)Math.Clamp(Math.Round(background + ((foreground - background) * opacity)), 0, 255);
}
