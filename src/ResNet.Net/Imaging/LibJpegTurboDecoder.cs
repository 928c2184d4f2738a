using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Decodes plain JPEG images with libturbojpeg, to the same pixels as <see cref="SkiaSharpDecoder"/> in less time. A fallback decoder
/// handles all other images: other formats, CMYK, unusual subsampling, and every image for which libturbojpeg reports an error or a
/// warning.
/// </summary>
/// <remarks>
/// libturbojpeg 2.0 or newer must be installed; it is not part of the package. Use <c>apt-get install libturbojpeg0</c> (Debian, Ubuntu),
/// <c>brew install jpeg-turbo</c> (macOS) or the libjpeg-turbo installer (Windows). The library is loaded only when an application creates
/// this decoder. Only the fallback decoder rejects images, so error messages are the same. If an image has damage that neither library
/// reports, its pixels can differ.
/// </remarks>
/// <example>
/// <code>
/// var options = new ResNetClassifierOptions { Decoder = new LibJpegTurboDecoder() };
/// </code>
/// </example>
public sealed unsafe class LibJpegTurboDecoder : IImageDecoder
{
    private readonly LibJpegTurbo _library;
    private readonly IImageDecoder _fallback;

    /// <summary>Initializes a new instance of the <see cref="LibJpegTurboDecoder"/> class and loads libturbojpeg.</summary>
    /// <param name="fallback">The decoder for all other images; <see langword="null"/> for a <see cref="SkiaSharpDecoder"/>.</param>
    /// <param name="libraryPath">
    /// The path of the library; <see langword="null"/> to search the default locations of the system and of the installers.
    /// </param>
    /// <exception cref="ResNetException">The library is missing or too old.</exception>
    public LibJpegTurboDecoder(IImageDecoder? fallback = null, string? libraryPath = null)
    {
        _library = LibJpegTurbo.Load(libraryPath);
        _fallback = fallback ?? new SkiaSharpDecoder();
        Formats = [.. _fallback.Formats.Prepend("JPEG").Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; }

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TryDecodeJpeg(encoded, request))
        {
            return true;
        }

        request.Reset();
        return _fallback.TryDecode(encoded, request);
    }

    private bool TryDecodeJpeg(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        // Orientation 0 means invalid or ambiguous metadata.
        if (!JpegStructure.TryRead(encoded, out JpegStructure jpeg)
            || jpeg.Orientation == 0
            || !request.Options.Allows(jpeg.Width, jpeg.Height))
        {
            return false;
        }

        // A new decompressor for each image costs a microsecond. A reused one would keep the tables of the previous image and apply them to
        // a file without tables.
        using LibJpegTurbo.Decompressor decompressor = new(_library);
        fixed (byte* file = encoded)
        {
            // libturbojpeg writes as many pixels as it finds in the header, so both parsers must agree on the size before memory is
            // requested.
            CULong length = new((nuint)encoded.Length);
            (int width, int height, int subsampling, int colorSpace) = (0, 0, 0, 0);
            nint handle = decompressor.DangerousGetHandle();
            if (decompressor.IsInvalid
                || _library.DecompressHeader(handle, file, length, &width, &height, &subsampling, &colorSpace) != 0
                || (width, height) != (jpeg.Width, jpeg.Height))
            {
                return false;
            }

            int shrink = request.Accept(new ImageHeader("JPEG", width, height, jpeg.Orientation));
            int columns = (width + shrink - 1) / shrink;
            int rows = (height + shrink - 1) / shrink;
            fixed (byte* pixels = request.GetPixels(columns, rows, PixelFormat.Rgb24))
            {
                const int Flags = LibJpegTurbo.AccurateDct | LibJpegTurbo.StopOnWarning;
                return _library.Decompress(handle, file, length, pixels, columns, columns * 3, rows, LibJpegTurbo.Rgb, Flags) == 0;
            }
        }
    }
}
