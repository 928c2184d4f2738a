using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Decodes plain JPEG images with libjpeg-turbo's libturbojpeg, to the same pixels as <see cref="SkiaSharpDecoder"/> in less time. All
/// other images go to another decoder: other formats, CMYK, unusual subsampling, and every image for which libturbojpeg has an error or a
/// warning.
/// </summary>
/// <remarks>
/// libturbojpeg is not part of the package: <c>apt-get install libturbojpeg0</c> (Debian, Ubuntu), <c>brew install jpeg-turbo</c> (macOS),
/// or libjpeg-turbo's installer (Windows). Version 2.0 or newer. It is used only where an application creates this decoder. The other
/// decoder alone decides what is refused, and with which message. The pixels of a damaged image that neither library reports can differ.
/// </remarks>
/// <example>
/// <code>
/// var options = new ResNetClassifierOptions { Decoder = new LibJpegTurboDecoder() };
/// </code>
/// </example>
public sealed unsafe class LibJpegTurboDecoder : IImageDecoder
{
    private readonly LibJpegTurbo _library;
    private readonly IImageDecoder _others;

    /// <summary>Creates the decoder and loads libturbojpeg.</summary>
    /// <param name="others">The decoder for all other images; <see langword="null"/> for a <see cref="SkiaSharpDecoder"/>.</param>
    /// <param name="libraryPath">The path of the library; <see langword="null"/> to search where the system and the usual installers put
    /// it.</param>
    /// <exception cref="ResNetException">The library is missing or too old.</exception>
    public LibJpegTurboDecoder(IImageDecoder? others = null, string? libraryPath = null)
    {
        _library = LibJpegTurbo.Load(libraryPath);
        _others = others ?? new SkiaSharpDecoder();
        Formats = [.. _others.Formats.Prepend("JPEG").Distinct(StringComparer.OrdinalIgnoreCase)];
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
        return _others.TryDecode(encoded, request);
    }

    private bool TryDecodeJpeg(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        // An orientation of 0 is in doubt.
        if (!JpegStructure.TryRead(encoded, out JpegStructure jpeg) || jpeg.Orientation == 0 || !request.Options.Allows(jpeg.Width, jpeg.Height))
        {
            return false;
        }

        // A new decompressor for every image, which costs a microsecond: one that is reused keeps the tables of the image before, and would
        // decode a file that lacks its own.
        using LibJpegTurbo.Decompressor decompressor = new(_library);
        fixed (byte* file = encoded)
        {
            // The decompressor writes as many pixels as it finds: no memory is requested before it agrees on the size.
            CULong length = new((nuint)encoded.Length);
            (int width, int height, int subsampling, int colorSpace) = (0, 0, 0, 0);
            if (decompressor.IsInvalid
                || _library.DecompressHeader(decompressor.DangerousGetHandle(), file, length, &width, &height, &subsampling, &colorSpace) != 0
                || (width, height) != (jpeg.Width, jpeg.Height))
            {
                return false;
            }

            int shrink = request.Accept(new ImageHeader("JPEG", width, height, jpeg.Orientation));
            int columns = (width + shrink - 1) / shrink;
            int rows = (height + shrink - 1) / shrink;
            fixed (byte* pixels = request.GetPixels(columns, rows, PixelFormat.Rgb24))
            {
                return _library.Decompress(
                    decompressor.DangerousGetHandle(), file, length, pixels, columns, columns * 3, rows, LibJpegTurbo.Rgb, LibJpegTurbo.AccurateDct | LibJpegTurbo.StopOnWarning) == 0;
            }
        }
    }
}
