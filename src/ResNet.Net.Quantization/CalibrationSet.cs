using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Quantization;

/// <summary>
/// Pictures that show a model's activations as they will be: some hundreds of the training set, all classes among them. They need no labels. Read one at a time, each as often as it is
/// needed. Not thread-safe.
/// </summary>
public sealed class CalibrationSet
{
    private readonly PictureReader _read;
    private readonly Func<int, string> _name;

    private CalibrationSet(int count, int height, int width, PictureReader read, Func<int, string> name)
    {
        if (count == 0)
        {
            throw new ArgumentException("The calibration set has no pictures: give it some hundreds, such as every 100th of the training set.");
        }

        Count = count;
        Height = height;
        Width = width;
        _read = read;
        _name = name;
    }

    private delegate void PictureReader(int index, Span<float> planes);

    /// <summary>How many pictures there are, at least 1.</summary>
    public int Count { get; }

    /// <summary>Rows of a prepared picture.</summary>
    public int Height { get; }

    /// <summary>Columns of a prepared picture.</summary>
    public int Width { get; }

    /// <summary>Picture files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="profile">How pictures become the model's input: the same as in use.</param>
    /// <param name="decoding">The limits on images; <see langword="null"/> for the defaults.</param>
    /// <param name="decoder">The decoder, the same as in use; <see langword="null"/> for <see cref="SkiaSharpDecoder"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no pictures, or the profile is invalid.</exception>
    public static CalibrationSet FromFiles(IReadOnlyList<string> paths, PreprocessingProfile profile, ImageDecodingOptions? decoding = null, IImageDecoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        int limit = (decoding ?? new ImageDecodingOptions()).MaxBytes;
        return Create(paths.Count, profile, decoding, decoder, i => paths[i], (i, use) =>
        {
            using EncodedFile file = EncodedFile.Read(paths[i], limit);
            use(file.Span);
        });
    }

    /// <summary>Encoded pictures in memory.</summary>
    /// <param name="encoded">Whole picture files; kept, not copied.</param>
    /// <param name="profile">How pictures become the model's input: the same as in use.</param>
    /// <param name="decoding">The limits on images; <see langword="null"/> for the defaults.</param>
    /// <param name="decoder">The decoder, the same as in use; <see langword="null"/> for <see cref="SkiaSharpDecoder"/>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no pictures, or the profile is invalid.</exception>
    public static CalibrationSet FromEncoded(IReadOnlyList<ReadOnlyMemory<byte>> encoded, PreprocessingProfile profile, ImageDecodingOptions? decoding = null, IImageDecoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return Create(encoded.Count, profile, decoding, decoder, i => $"picture {i} (from 0)", (i, use) => use(encoded[i].Span));
    }

    /// <summary>Inputs that were prepared elsewhere.</summary>
    /// <param name="planes">One <c>[3, height, width]</c> a picture, as the model takes it; kept, not copied.</param>
    /// <param name="width">Columns, from 1.</param>
    /// <param name="height">Rows, from 1.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There are no pictures, one has another length, or a side is less than 1.</exception>
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
                throw new ArgumentException($"Calibration picture {i} (from 0) has {planes[i].Length} values, but [3, {height}, {width}] has {length}.", nameof(planes));
            }
        }

        return new CalibrationSet(planes.Count, height, width, (i, destination) => planes[i].Span.CopyTo(destination), i => $"picture {i} (from 0)");
    }

    /// <summary>The first pictures of the set.</summary>
    /// <param name="count">How many, from 1; more than there are means all.</param>
    /// <returns>A set of these.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public CalibrationSet Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new CalibrationSet(Math.Min(count, Count), Height, Width, _read, _name);
    }

    /// <summary>Prepares a picture.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="planes">Receives <c>[3, Height, Width]</c>.</param>
    /// <exception cref="QuantizationException">The picture cannot be read or decoded.</exception>
    internal void Read(int index, Span<float> planes)
    {
        try
        {
            _read(index, planes);
        }
        catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException)
        {
            throw new QuantizationException($"The calibration picture '{_name(index)}' cannot be used: {exception.Message} Repair it, or leave it out.", exception);
        }
    }

    private static CalibrationSet Create(int count, PreprocessingProfile profile, ImageDecodingOptions? decoding, IImageDecoder? decoder, Func<int, string> name, Action<int, EncodedUser> open)
    {
        ArgumentNullException.ThrowIfNull(profile);
        decoding ??= new ImageDecodingOptions();
        decoding.Validate();
        Preprocessor preprocessor = new(profile);
        PreprocessingScratch scratch = new();
        void Read(int index, Span<float> planes)
        {
            DecodedImage? image = null;
            try
            {
                open(index, encoded => image = ImageDecoding.Decode(decoder ?? ImageDecoding.Default, encoded, decoding, profile.AutoOrient, profile.ShrinkOnLoad ? profile.Resize : null));
                preprocessor.Run(image!.Pixels, planes, scratch);
            }
            finally
            {
                image?.Dispose();
            }
        }

        return new CalibrationSet(count, profile.Crop.Height, profile.Crop.Width, Read, name);
    }

    private delegate void EncodedUser(ReadOnlySpan<byte> encoded);
}
