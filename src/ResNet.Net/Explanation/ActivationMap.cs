namespace ResNet.Net;

/// <summary>
/// Where in an image a model saw a class: the class's activation map, whose mean, plus the dense layer's bias, is the class's logit. Holds a copy of the
/// image's pixels. Immutable.
/// </summary>
/// <remarks>
/// Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization". As there, the map is stretched over what the model saw; a cell speaks of
/// the area around it too, since the model's receptive fields are larger than its cells.
/// </remarks>
public sealed class ActivationMap
{
    private readonly float[] _values;
    private readonly RetainedImage _image;

    internal ActivationMap(float[] values, int columns, Prediction prediction, Classification classification, RetainedImage image, ImageRegion region)
    {
        _values = values;
        Columns = columns;
        Rows = values.Length / columns;
        Prediction = prediction;
        Classification = classification;
        _image = image;
        Region = region;
    }

    /// <summary>The class that the map is of, and its probability.</summary>
    public Prediction Prediction { get; }

    /// <summary>What the model said of the image in the same run: the five most probable classes.</summary>
    public Classification Classification { get; }

    /// <summary>Rows of the map: 7 for the zoo's variants, 8 for the embedded model.</summary>
    public int Rows { get; }

    /// <summary>Columns of the map.</summary>
    public int Columns { get; }

    /// <summary>The map, row after row: evidence for the class where it is greater than 0, against it where it is less, in the unit of logits.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>Columns of the image, upright.</summary>
    public int ImageWidth => _image.Width;

    /// <summary>Rows of the image, upright.</summary>
    public int ImageHeight => _image.Height;

    /// <summary>The part of the image that the model saw, and that the map covers.</summary>
    public ImageRegion Region { get; }

    /// <summary>One cell of the map.</summary>
    /// <param name="row">From 0, from above.</param>
    /// <param name="column">From 0, from the left.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell.</exception>
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

    /// <summary>The map upsampled onto the image, by cubic convolution (Keys 1981).</summary>
    /// <returns>A value a pixel of the image, row after row; NaN where the model did not look.</returns>
    public float[] Upsample() => Upsample(ImageWidth, ImageHeight);

    /// <summary>The map upsampled onto the image as it is when it is scaled.</summary>
    /// <param name="width">Columns of the scaled image, at least 1.</param>
    /// <param name="height">Rows of the scaled image, at least 1.</param>
    /// <returns>A value a pixel, row after row; NaN where the model did not look.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 1.</exception>
    public float[] Upsample(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        CubicTaps across = new(Positions(width, ImageWidth, Region.Left, Region.Width, Columns), Columns);
        CubicTaps down = new(Positions(height, ImageHeight, Region.Top, Region.Height, Rows), Rows);
        float[] wide = new float[Rows * width];
        for (int row = 0; row < Rows; row++)
        {
            for (int x = 0; x < width; x++)
            {
                wide[(row * width) + x] = across.At(x, _values.AsSpan(row * Columns), 1);
            }
        }

        float[] upsampled = new float[checked(width * height)];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                upsampled[(y * width) + x] = down.At(y, wide.AsSpan(x), width);
            }
        }

        return upsampled;
    }

    /// <summary>
    /// The image with the map on it, colored from black over red to yellow ("inferno") between its smallest and its largest value. Where the model did not
    /// look, and where the map is smallest, the image is as it was.
    /// </summary>
    /// <param name="options">Size and strength; null for the defaults.</param>
    /// <param name="width">Receives the columns.</param>
    /// <param name="height">Receives the rows.</param>
    /// <returns>Packed RGB, row after row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public byte[] Overlay(OverlayOptions? options, out int width, out int height)
    {
        options ??= new OverlayOptions();
        (int columns, int rows) = options.SizeFor(ImageWidth, ImageHeight);
        float[] planes = _image.ToPlanes(columns, rows);
        float[] map = Upsample(columns, rows);
        int gap = options.BesideImage ? Math.Max(1, Math.Max(columns, rows) / 64) : 0;
        int left = options.BesideImage ? columns + gap : 0;
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
                double share = range > 0 && !float.IsNaN(map[pixel]) ? Math.Clamp((map[pixel] - smallest) / range, 0, 1) : 0;
                Mix(planes, pixel, share, options.Opacity * share, rgb.AsSpan(3 * ((y * width) + left + x), 3));
                if (options.BesideImage)
                {
                    Mix(planes, pixel, 0, 0, rgb.AsSpan(3 * ((y * width) + x), 3));
                }
            }
        }

        return rgb;
    }

    /// <summary><see cref="Overlay"/> as a PNG file in memory.</summary>
    /// <param name="options">Size and strength; null for the defaults.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public byte[] ToPng(OverlayOptions? options = null)
    {
        byte[] rgb = Overlay(options, out int width, out int height);
        return PngFile.Encode(rgb, width, height);
    }

    /// <summary>Writes <see cref="ToPng"/> into a file; one that is there is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Size and strength; null for the defaults.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty, or an option is out of range.</exception>
    public void SavePng(string path, OverlayOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, ToPng(options));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Prediction.Label} {Prediction.Probability:P1}, {Rows}x{Columns}";

    // The centers of a scaled image's pixels along one axis, in cells of the map.
    private static double[] Positions(int scaled, int full, double start, double length, int cells)
    {
        double[] positions = new double[scaled];
        for (int i = 0; i < scaled; i++)
        {
            double share = (((i + 0.5) * full / scaled) - start) / length;
            positions[i] = share is >= 0 and < 1 ? (share * cells) - 0.5 : double.NaN;
        }

        return positions;
    }

    private static void Mix(float[] planes, int pixel, double share, double opacity, Span<byte> rgb)
    {
        (double red, double green, double blue) = InfernoColors.At(share);
        int plane = planes.Length / 3;
        rgb[0] = Mix(planes[pixel], red, opacity);
        rgb[1] = Mix(planes[plane + pixel], green, opacity);
        rgb[2] = Mix(planes[(2 * plane) + pixel], blue, opacity);
    }

    private static byte Mix(double below, double above, double opacity) => (byte)Math.Clamp(Math.Round(below + ((above - below) * opacity)), 0, 255);
}
