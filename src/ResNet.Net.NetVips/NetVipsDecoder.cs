using NetVips;

namespace ResNet.Net;

/// <summary>
/// Decodes TIFF, AVIF, JPEG, PNG, WebP and GIF (first frame) with libvips. HEIC needs a libvips with an HEVC decoder, which
/// <c>NetVips.Native</c> lacks.
/// </summary>
/// <remarks>
/// <para>
/// The file's first bytes choose the loader; no other loader of libvips ever sees the file. The decoder changes no setting of libvips.
/// While it works, it drops the warnings of libvips in this process, which libvips would write to standard error.
/// </para>
/// <para>
/// libvips keeps one error text per process: when several images fail at the same time, the detail in the parentheses of a message can
/// belong to another image. The failure, the format and the rest of the message never do.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var options = new ResNetClassifierOptions { Decoder = new FallbackDecoder(new SkiaSharpDecoder(), new NetVipsDecoder()) };
/// </code>
/// </example>
public sealed unsafe class NetVipsDecoder : IImageDecoder
{
    /// <summary>Creates the decoder and loads libvips.</summary>
    /// <exception cref="ResNetException">libvips cannot be loaded.</exception>
    public NetVipsDecoder()
    {
        // NetVips loads libvips when its assembly is loaded, and keeps a failure for later.
        if (!ModuleInitializer.VipsInitialized)
        {
            throw new ResNetException(
                $"libvips cannot be loaded: {ModuleInitializer.Exception?.Message} Reference the package NetVips.Native, or install "
                    + "libvips 8.15 or newer.",
                ModuleInitializer.Exception);
        }

        VipsWarnings.Install();
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; } = ["TIFF", "AVIF", "JPEG", "PNG", "WebP", "GIF"];

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        VipsLoader loader = VipsFile.Detect(encoded);
        if (loader == VipsLoader.None)
        {
            return false;
        }

        fixed (byte* memory = encoded)
        {
            VipsFile file = new(encoded, loader);
            using MemorySource source = new(memory, encoded.Length);
            using (VipsWarnings.Drop())
            {
                try
                {
                    Decode(file, source, request);
                }
                catch (VipsException exception)
                {
                    throw file.Failure(exception);
                }
            }
        }

        return true;
    }

    private static void Decode(VipsFile file, MemorySource source, ImageDecodeRequest request)
    {
        bool allowTruncated = request.Options.AllowTruncated;
        using Image loaded = file.Load(source, allowTruncated, shrink: 1);

        int shrink = request.Accept(new ImageHeader(file.Format, loaded.Width, loaded.Height, file.Orientation(loaded)));
        file.CheckBeforePixels(allowTruncated);
        if (shrink > 1 && file.Loader == VipsLoader.Jpeg)
        {
            source.Rewind();
            using Image shrunk = file.Load(source, allowTruncated, shrink);
            Write(shrunk, file, request);
        }
        else
        {
            Write(loaded, file, request);
        }
    }

    // Gray, RGB (with or without alpha) and CMYK bytes are taken as they are: models were trained on images read without color management.
    private static void Write(Image loaded, VipsFile file, ImageDecodeRequest request)
    {
        bool isCmyk = loaded is { Interpretation: Enums.Interpretation.Cmyk, Format: Enums.BandFormat.Uchar, Bands: 4 };
        bool isPlain = loaded is { Format: Enums.BandFormat.Uchar, Bands: 1 or 3 or 4 }
            && loaded.Interpretation
                is Enums.Interpretation.Multiband or Enums.Interpretation.Bw or Enums.Interpretation.Rgb or Enums.Interpretation.Srgb;
        if (isPlain || isCmyk)
        {
            WritePixels(loaded, isCmyk, request);
            return;
        }

        // 16 bits scaled to 8, other color spaces by their definition.
        using Image converted = loaded.Colourspace(Enums.Interpretation.Srgb);
        if (converted is not { Format: Enums.BandFormat.Uchar, Bands: 1 or 3 or 4 })
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.UnsupportedFormat,
                $"the {file.Format} image has {loaded.Bands} channels of {loaded.Interpretation} that cannot be read as gray or RGB. "
                    + "Convert it to 8-bit RGB.");
        }

        WritePixels(converted, isCmyk: false, request);
    }

    private static void WritePixels(Image image, bool isCmyk, ImageDecodeRequest request)
    {
        PixelFormat format =
            image.Bands switch { 1 => PixelFormat.Gray8, 3 => PixelFormat.Rgb24, _ => isCmyk ? PixelFormat.Rgbx32 : PixelFormat.Rgba32 };
        Span<byte> pixels = request.GetPixels(image.Width, image.Height, format);
        fixed (byte* memory = pixels)
        {
            using Image target = Image.NewFromMemory(
                (nint)memory, (ulong)pixels.Length, image.Width, image.Height, image.Bands, Enums.BandFormat.Uchar);
            image.Write(target);
        }

        if (isCmyk)
        {
            CmykToRgb(pixels);
        }
    }

    private static void CmykToRgb(Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int light = 255 - pixels[i + 3];
            pixels[i] = Multiply(255 - pixels[i], light);
            pixels[i + 1] = Multiply(255 - pixels[i + 1], light);
            pixels[i + 2] = Multiply(255 - pixels[i + 2], light);
        }

        static byte Multiply(int color, int light) => (byte)(((color * light) + 127) / 255);
    }
}
