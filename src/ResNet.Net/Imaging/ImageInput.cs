using System.Diagnostics;

namespace ResNet.Net;

/// <summary>
/// Represents an image as the caller passes it: a file, a stream, encoded bytes, pixels or a tensor. Whatever it refers to belongs to the
/// caller and must stay valid for the duration of the call.
/// </summary>
internal readonly ref struct ImageInput
{
    private readonly string? _path;
    private readonly Stream? _stream;
    private readonly ReadOnlySpan<byte> _encoded;
    private readonly PixelView _pixels;
    private readonly Kind _kind;

    private ImageInput(
        Kind kind,
        string? path,
        Stream? stream,
        ReadOnlySpan<byte> encoded,
        PixelView pixels,
        long start,
        ReadOnlySpan<float> tensor = default)
    {
        _kind = kind;
        _path = path;
        _stream = stream;
        _encoded = encoded;
        _pixels = pixels;
        Start = start;
        Tensor = tensor;
    }

    private enum Kind
    {
        File,
        Stream,
        Memory,
        Pixels,
        Tensor,
    }

    /// <summary>Gets the time at which the caller passed the image, in ticks of <see cref="Stopwatch"/>.</summary>
    public long Start { get; }

    /// <summary>Gets whether the image is preprocessed already.</summary>
    public bool IsTensor => _kind == Kind.Tensor;

    /// <summary>Gets the values of an image that is preprocessed already.</summary>
    public ReadOnlySpan<float> Tensor { get; }

    public static ImageInput FromFile(string path) => new(Kind.File, path, null, default, default, Stopwatch.GetTimestamp());

    public static ImageInput FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream, "image");
        return new ImageInput(Kind.Stream, null, stream, default, default, Stopwatch.GetTimestamp());
    }

    public static ImageInput FromMemory(ReadOnlySpan<byte> encoded) => FromMemory(encoded, null, Stopwatch.GetTimestamp());

    /// <summary>Creates an input from a file that was read before.</summary>
    /// <param name="encoded">The contents of the file.</param>
    /// <param name="path">The path for error messages; <see langword="null"/> if there is none.</param>
    /// <param name="start">The time at which the caller passed the image.</param>
    public static ImageInput FromMemory(ReadOnlySpan<byte> encoded, string? path, long start)
        => new(Kind.Memory, path, null, encoded, default, start);

    /// <exception cref="ArgumentException">The view is <c>default</c>.</exception>
    public static ImageInput FromPixels(PixelView pixels) => pixels.Width > 0
        ? new ImageInput(Kind.Pixels, null, null, default, pixels, Stopwatch.GetTimestamp())
        : throw new ArgumentException("The PixelView is default: it describes no pixels. Create it with its constructor.", nameof(pixels));

    public static ImageInput FromTensor(ReadOnlySpan<float> tensor)
        => new(Kind.Tensor, null, null, default, default, Stopwatch.GetTimestamp(), tensor);

    /// <summary>Reads and decodes the image as far as needed.</summary>
    /// <param name="decoder">The decoder for encoded images.</param>
    /// <param name="options">The limits.</param>
    /// <param name="profile">The profile that the image will be preprocessed with.</param>
    /// <param name="pixels">Receives the pixels: the caller's own, or those of the returned image; none of a tensor.</param>
    /// <returns>
    /// The decoded image, which the caller disposes; <see langword="null"/> if the input is pixels or a tensor.
    /// </returns>
    /// <exception cref="ImageDecodeException">The image cannot be decoded or exceeds a limit.</exception>
    /// <exception cref="IOException">The file or stream cannot be read.</exception>
    public DecodedImage? Open(IImageDecoder decoder, ImageDecodingOptions options, PreprocessingProfile profile, out PixelView pixels)
    {
        if (_kind is Kind.Pixels or Kind.Tensor)
        {
            pixels = _pixels;
            return null;
        }

        using EncodedFile file = _kind switch
        {
            Kind.File => EncodedFile.Read(_path!, options.MaxBytes),
            Kind.Stream => EncodedFile.Read(_stream!, options.MaxBytes, null),
            _ => default,
        };
        try
        {
            DecodedImage image = ImageDecoding.Decode(
                decoder,
                _kind == Kind.Memory ? _encoded : file.Span,
                options,
                profile.AutoOrient,
                profile.ShrinkOnLoad ? profile.Resize : null);
            pixels = image.Pixels;
            return image;
        }
        catch (ImageDecodeException exception) when (_path is not null)
        {
            throw new ImageDecodeException(exception.Failure, exception.Reason, _path, exception) { Remedy = exception.Remedy };
        }
    }
}
