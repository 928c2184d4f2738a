using System.Buffers;
using System.Diagnostics;

namespace ResNet.Net;

/// <summary>
/// Represents an image that is processed together with others: a file, a stream, encoded bytes, or pixels. It refers to its content and
/// doesn't copy it. Paths, streams and encoded bytes convert implicitly.
/// </summary>
/// <example>
/// <code>
/// InputImage[] images = ["cat.jpg", upload.OpenReadStream(), InputImage.FromPixels(frame, 640, 480, PixelFormat.Bgra32)];
/// IReadOnlyList&lt;ClassificationOutcome&gt; outcomes = classifier.ClassifyBatch(images);
/// </code>
/// </example>
public sealed class InputImage
{
    /// <summary>The view of images that state none: what a classifier sees.</summary>
    internal static readonly ImageView[] OwnView = [default];

    private readonly string? _path;
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly Func<ReadOnlyMemory<byte>>? _readEncoded;
    private readonly Func<IMemoryOwner<byte>>? _openEncoded;
    private readonly (int Width, int Height, PixelFormat Format, int Stride)? _layout;
    private readonly ReadOnlyMemory<float>? _tensor;

    private InputImage(
        string? path = null,
        Func<Stream>? openStream = null,
        bool ownsStream = false,
        ReadOnlyMemory<byte> memory = default,
        Func<ReadOnlyMemory<byte>>? readEncoded = null,
        Func<IMemoryOwner<byte>>? openEncoded = null,
        (int Width, int Height, PixelFormat Format, int Stride)? layout = null,
        ReadOnlyMemory<float>? tensor = null)
    {
        _path = path;
        _memory = memory;
        _readEncoded = readEncoded;
        _openEncoded = openEncoded;
        _layout = layout;
        _tensor = tensor;
        OpenStream = openStream;
        OwnsStream = ownsStream;
    }

    /// <summary>Gets a function that returns the stream; null if the image is not a stream.</summary>
    internal Func<Stream>? OpenStream { get; }

    /// <summary>Gets whether the library disposes the stream after it is read.</summary>
    internal bool OwnsStream { get; }

    /// <summary>Gets the views that a sequence processes, each with a result of its own; the image is decoded once.</summary>
    internal IReadOnlyList<ImageView> Views { get; private init; } = OwnView;

    /// <summary>Creates an image from a file, which is opened when its turn comes.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static InputImage FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new InputImage(path: path);
    }

    /// <summary>
    /// Creates an image from a stream of the caller. The stream is read from its position to its end when its turn comes, and stays open.
    /// </summary>
    /// <param name="stream">The encoded image. The caller disposes it after the call.</param>
    /// <returns>The image. It can be processed once, since the stream is read once.</returns>
    public static InputImage FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new InputImage(openStream: () => stream);
    }

    /// <summary>
    /// Creates an image from a function that opens a stream. The function is called when the image's turn comes, and the stream is disposed
    /// as soon as it is read. If the call ends before, the function is not called.
    /// </summary>
    /// <param name="openStream">Opens the encoded image. An exception that it throws is the outcome of the image.</param>
    /// <returns>The image.</returns>
    public static InputImage FromStream(Func<Stream> openStream)
    {
        ArgumentNullException.ThrowIfNull(openStream);
        return new InputImage(openStream: openStream, ownsStream: true);
    }

    /// <summary>Creates an image from the contents of an image file.</summary>
    /// <param name="encoded">The contents. They must not change until the image is processed.</param>
    /// <returns>The image.</returns>
    public static InputImage FromEncoded(ReadOnlyMemory<byte> encoded) => new(memory: encoded);

    /// <summary>
    /// Creates an image from a function that reads the contents of an image file, for example from a database. The function is called on
    /// the thread that decodes the image, concurrently with the functions of other images and in no particular order.
    /// </summary>
    /// <param name="readEncoded">
    /// Returns the contents, which must not change until the image is processed. An exception that it throws is the outcome of the image.
    /// If the call ends before, the function is not called.
    /// </param>
    /// <returns>The image.</returns>
    public static InputImage FromEncoded(Func<ReadOnlyMemory<byte>> readEncoded)
    {
        ArgumentNullException.ThrowIfNull(readEncoded);
        return new InputImage(readEncoded: readEncoded);
    }

    /// <summary>Creates an image from a function that rents the contents of an image file. They are disposed once decoded.</summary>
    internal static InputImage FromPooled(Func<IMemoryOwner<byte>> openEncoded) => new(openEncoded: openEncoded);

    /// <summary>Creates an image from pixels in memory. No decoder runs.</summary>
    /// <param name="pixels">
    /// The bytes, laid out as in a <see cref="PixelView"/>. They must not change until the image is processed.
    /// </param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="format">The layout of a pixel.</param>
    /// <param name="stride">
    /// The number of bytes from the start of one row to the one below it; negative for bottom-up bitmaps, 0 for rows without padding.
    /// </param>
    /// <returns>The image.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="width"/> or <paramref name="height"/> is less than 1, the magnitude of <paramref name="stride"/> is less than the
    /// length of a row, or <paramref name="format"/> is unknown.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is too short for the size and the stride.</exception>
    public static InputImage FromPixels(
        ReadOnlyMemory<byte> pixels, int width, int height, PixelFormat format = PixelFormat.Rgb24, int stride = 0)
    {
        _ = new PixelView(pixels.Span, width, height, format, stride);
        return new InputImage(memory: pixels, layout: (width, height, format, stride));
    }

    /// <summary>Creates an image from the tensor that a model takes. Neither a decoder nor the preprocessing runs.</summary>
    /// <param name="tensor">
    /// The preprocessed values of one image, <c>[3, H, W]</c>, such as those of an <see cref="ImagePreprocessor"/>; with
    /// <see cref="CropSampling.TenCrop"/>, <c>[10, 3, H, W]</c>. They must not change until the image is processed. Another length is the
    /// error of the image, and so are values that no image has, if they lead to outputs that are not finite.
    /// </param>
    /// <returns>The image.</returns>
    public static InputImage FromTensor(ReadOnlyMemory<float> tensor) => new(tensor: tensor);

    /// <summary>Converts a path as <see cref="FromFile"/> does.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The image.</returns>
    public static implicit operator InputImage(string path) => FromFile(path);

    /// <summary>Converts a stream as <see cref="FromStream(Stream)"/> does.</summary>
    /// <param name="stream">The encoded image.</param>
    /// <returns>The image.</returns>
    public static implicit operator InputImage(Stream stream) => FromStream(stream);

    /// <summary>Converts the contents of an image file as <see cref="FromEncoded(ReadOnlyMemory{byte})"/> does.</summary>
    /// <param name="encoded">The contents.</param>
    /// <returns>The image.</returns>
    public static implicit operator InputImage(ReadOnlyMemory<byte> encoded) => FromEncoded(encoded);

    /// <summary>Converts the contents of an image file as <see cref="FromEncoded(ReadOnlyMemory{byte})"/> does.</summary>
    /// <param name="encoded">The contents.</param>
    /// <returns>The image.</returns>
    public static implicit operator InputImage(byte[] encoded) => FromEncoded(encoded);

    /// <summary>Returns the same image with other views. Only the methods for sequences accept more than one.</summary>
    internal InputImage WithViews(IReadOnlyList<ImageView> views)
        => new(_path, OpenStream, OwnsStream, _memory, _readEncoded, _openEncoded, _layout) { Views = views };

    /// <summary>Gets the values of an image that is preprocessed already; null for others.</summary>
    internal ReadOnlyMemory<float>? Tensor => _tensor;

    /// <summary>Returns the stream of an image that has one.</summary>
    /// <exception cref="ArgumentException">The caller's function returned null.</exception>
    internal Stream GetStream() => OpenStream!()
        ?? throw new ArgumentException("The function passed to InputImage.FromStream returned null instead of a stream.");

    /// <summary>Returns the image as an input of the pipeline. A stream must have been read before.</summary>
    /// <remarks>An exception of the caller's function is not wrapped.</remarks>
    /// <param name="memory">Receives the memory to dispose after the image was decoded; null if there is none.</param>
    internal ImageInput ToInput(out IMemoryOwner<byte>? memory)
    {
        memory = null;
        if (_openEncoded is not null)
        {
            long start = Stopwatch.GetTimestamp();
            memory = _openEncoded();
            return ImageInput.FromMemory(memory.Memory.Span, null, start);
        }

        return _readEncoded is not null ? ReadEncoded(_readEncoded)
            : _path is not null ? ImageInput.FromFile(_path)
            : _tensor is ReadOnlyMemory<float> tensor ? ImageInput.FromTensor(tensor.Span)
            : _layout is (int width, int height, PixelFormat format, int stride)
                ? ImageInput.FromPixels(new PixelView(_memory.Span, width, height, format, stride))
            : ImageInput.FromMemory(_memory.Span);
    }

    private static ImageInput ReadEncoded(Func<ReadOnlyMemory<byte>> readEncoded)
    {
        long start = Stopwatch.GetTimestamp();
        return ImageInput.FromMemory(readEncoded().Span, null, start);
    }
}
