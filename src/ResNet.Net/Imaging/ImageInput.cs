using System.Diagnostics;

namespace ResNet.Net;

/// <summary>An image as a caller hands it in: a path, a stream, encoded bytes or pixels. What it refers to is the caller's, for the time of the call.</summary>
internal readonly ref struct ImageInput
{
    private readonly Stream? _stream;
    private readonly bool _isFile;
    private readonly ReadOnlySpan<byte> _encoded;

    private ImageInput(string? path, bool isFile, Stream? stream, ReadOnlySpan<byte> encoded, PixelView pixels, long start)
    {
        Path = path;
        _isFile = isFile;
        _stream = stream;
        _encoded = encoded;
        Pixels = pixels;
        Start = start;
    }

    /// <summary>When it was handed in, in ticks of <see cref="Stopwatch"/>.</summary>
    public long Start { get; }

    /// <summary>What messages call it; null where it came without a path.</summary>
    public string? Path { get; }

    /// <summary>The pixels, if it came as pixels.</summary>
    public PixelView Pixels { get; }

    public bool HasPixels => Pixels.Width > 0;

    public static ImageInput FromFile(string path) => new(path, true, null, default, default, Stopwatch.GetTimestamp());

    public static ImageInput FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream, "image");
        return new ImageInput(null, false, stream, default, default, Stopwatch.GetTimestamp());
    }

    public static ImageInput FromMemory(ReadOnlySpan<byte> encoded) => new(null, false, null, encoded, default, Stopwatch.GetTimestamp());

    /// <summary>A file that was read already.</summary>
    /// <param name="encoded">Its bytes.</param>
    /// <param name="path">Its path, if it has one.</param>
    /// <param name="start">When it was handed in.</param>
    public static ImageInput FromRead(ReadOnlySpan<byte> encoded, string? path, long start) => new(path, false, null, encoded, default, start);

    /// <exception cref="ArgumentException">The view is <c>default</c>.</exception>
    public static ImageInput FromPixels(PixelView pixels) => pixels.Width > 0
        ? new ImageInput(null, false, null, default, pixels, Stopwatch.GetTimestamp())
        : throw new ArgumentException("The PixelView is default: it describes no pixels. Create it with its constructor.", nameof(pixels));

    /// <summary>Reads what has to be read before it can be decoded.</summary>
    /// <returns>The bytes of a file or stream; nothing where the caller has them.</returns>
    public EncodedFile Read(int maxBytes)
        => _isFile ? EncodedFile.Read(Path!, maxBytes)
            : _stream is not null ? EncodedFile.Read(_stream, maxBytes, null)
            : default;

    /// <param name="file">What was read.</param>
    public ReadOnlySpan<byte> Encoded(in EncodedFile file) => _isFile || _stream is not null ? file.Span : _encoded;
}
