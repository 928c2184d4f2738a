
namespace ResNet.Net.Quantization;

/// <summary>Represents the images that calibrate a model's activations. Not thread-safe.</summary>
/// <remarks>
/// Use a few hundred training images of all classes. Labels are not needed. Images are read one at a time, repeatedly if needed.
/// </remarks>
public sealed class CalibrationSet
{
    private readonly ImageReader _read;
    private readonly Func<int, string> _name;

    private CalibrationSet(int count, int height, int width, ImageReader read, Func<int, string> name)
    {
        if (count == 0)
        {
            throw new ArgumentException(
                "The calibration set has no images. Provide a few hundred, such as every 100th image of the training set.");
        }

        Count = count;
        Height = height;
        Width = width;
        _read = read;
        _name = name;
    }

    private delegate void ImageReader(int index, Span<float> planes);

    /// <summary>Gets the number of images, at least 1.</summary>
    public int Count { get; }

    /// <summary>Gets the number of rows of a preprocessed image.</summary>
    public int Height { get; }

    /// <summary>Gets the number of columns of a preprocessed image.</summary>
    public int Width { get; }

    /// <summary>Gets the profile that preprocesses the images; null for preprocessed inputs.</summary>
    internal PreprocessingProfile? Profile { get; private init; }

    /// <summary>Creates a set from image files.</summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="profile">The preprocessing profile that the model is used with.</param>
    /// <param name="decoding">The decoding options; null for the defaults.</param>
    /// <param name="decoder">The decoder that the model is used with; null for a <see cref="SkiaSharpDecoder"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no images, or the profile is invalid.</exception>
    public static CalibrationSet FromFiles(
        IReadOnlyList<string> paths, PreprocessingProfile profile, ImageDecodingOptions? decoding = null, IImageDecoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ImagePreprocessor preprocessor = new(profile, decoder, decoding);
        return Create(paths.Count, preprocessor, (i, planes) => preprocessor.Preprocess(paths[i], planes), i => paths[i]);
    }

    /// <summary>Creates a set from encoded images in memory.</summary>
    /// <param name="encoded">The encoded files, which are not copied.</param>
    /// <param name="profile">The preprocessing profile that the model is used with.</param>
    /// <param name="decoding">The decoding options; null for the defaults.</param>
    /// <param name="decoder">The decoder that the model is used with; null for a <see cref="SkiaSharpDecoder"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no images, or the profile is invalid.</exception>
    public static CalibrationSet FromEncoded(
        IReadOnlyList<ReadOnlyMemory<byte>> encoded,
        PreprocessingProfile profile,
        ImageDecodingOptions? decoding = null,
        IImageDecoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        ImagePreprocessor preprocessor = new(profile, decoder, decoding);
        return Create(encoded.Count, preprocessor, (i, planes) => preprocessor.Preprocess(encoded[i].Span, planes), NameOf);
    }

    /// <summary>Creates a set from preprocessed inputs.</summary>
    /// <param name="planes">One <c>[3, height, width]</c> tensor per image, which is not copied.</param>
    /// <param name="width">The number of columns, from 1.</param>
    /// <param name="height">The number of rows, from 1.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no images, one has the wrong length, or a dimension is less than 1.</exception>
    public static CalibrationSet FromTensors(IReadOnlyList<ReadOnlyMemory<float>> planes, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(planes);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        int length = checked(3 * height * width);
        for (int i = 0; i < planes.Count; i++)
        {
            if (planes[i].Length != length)
            {
                throw new ArgumentException(
                    $"Calibration image {i} (from 0) has {planes[i].Length} values instead of the {length} of [3, {height}, {width}].",
                    nameof(planes));
            }
        }

        void Copy(int index, Span<float> destination) => planes[index].Span.CopyTo(destination);
        return new CalibrationSet(planes.Count, height, width, Copy, NameOf);
    }

    /// <summary>Returns the first images of the set.</summary>
    /// <param name="count">The number of images, from 1; larger than the set selects all images.</param>
    /// <returns>A set of these images.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public CalibrationSet Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new CalibrationSet(Math.Min(count, Count), Height, Width, _read, _name) { Profile = Profile };
    }

    /// <summary>Preprocesses an image.</summary>
    /// <exception cref="QuantizationException">The image cannot be read or decoded.</exception>
    internal void Read(int index, Span<float> planes)
    {
        try
        {
            _read(index, planes);
        }
        catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException)
        {
            string reason = exception is ImageDecodeException decode ? decode.Reason : exception.Message;
            throw new QuantizationException(
                $"The calibration image '{_name(index)}' cannot be read: {reason} Repair or omit it.", exception);
        }
    }

    private static string NameOf(int index) => $"image {index} (from 0)";

    private static CalibrationSet Create(int count, ImagePreprocessor preprocessor, ImageReader read, Func<int, string> name)
        => new(count, preprocessor.Height, preprocessor.Width, read, name) { Profile = preprocessor.Profile };
}
