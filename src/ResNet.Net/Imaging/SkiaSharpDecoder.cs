using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace ResNet.Net;

/// <summary>Decodes JPEG, PNG, WebP, GIF (first frame), BMP and ICO (largest image) with SkiaSharp. The default decoder.</summary>
/// <remarks>
/// The pixels of a JPEG image equal those of Pillow (libjpeg-turbo). Color profiles are not applied. The decoder has no state: any number
/// of threads can use one instance concurrently.
/// </remarks>
public sealed unsafe class SkiaSharpDecoder : IImageDecoder
{
    // Skia prepares every entry before it picks one: 60,000 entries take a second and 280 MB.
    private const int MaxIcoEntries = 256;

    private const int BytesPerPixel = 4;

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; } = ["JPEG", "PNG", "WebP", "GIF", "BMP", "ICO"];

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImageFormat format = request.Format;
        if (format is ImageFormat.Unknown or ImageFormat.Tiff)
        {
            return false;
        }

        if (format == ImageFormat.Ico)
        {
            CheckIcoEntries(encoded);
        }

        if (BmpMasks.HaveGaps(encoded, format))
        {
            throw Failure(encoded, format, isTruncated: false);
        }

        fixed (byte* memory = encoded)
        {
            using SKCodec? codec = Open(memory, encoded.Length, request);
            if (codec is null)
            {
                request.ThrowIfTimedOut();
                ThrowIfMemoryEnded(encoded.Length);
                throw Failure(encoded, format, isTruncated: false);
            }

            Decode(codec, encoded, format, request);
        }

        return true;
    }

    private static SKCodec? Open(byte* memory, int length, ImageDecodeRequest request)
    {
        if (request.Options.MaxDuration is not null)
        {
            return SKCodec.Create(new TimedStream(memory, length, request)); // the codec owns the stream
        }

        using SKData data = SKData.Create((nint)memory, length);
        return SKCodec.Create(data);
    }

    private static void Decode(SKCodec codec, ReadOnlySpan<byte> encoded, ImageFormat format, ImageDecodeRequest request)
    {
        SKImageInfo info = codec.Info;
        int orientation = format == ImageFormat.Png ? PngOrientation.Read(encoded) : (int)codec.EncodedOrigin;
        int shrink = request.Accept(new ImageHeader(format.Name(), info.Width, info.Height, orientation));
        SKSizeI size = shrink > 1 && format == ImageFormat.Jpeg ? codec.GetScaledDimensions(1f / shrink) : info.Size;

        // Without a color space, Skia applies no color profile.
        (SKColorType color, PixelFormat layout) = info switch
        {
            { AlphaType: not SKAlphaType.Opaque } => (SKColorType.Rgba8888, PixelFormat.Rgba32),
            { ColorType: SKColorType.Gray8 } => (SKColorType.Gray8, PixelFormat.Gray8),
            _ => (SKColorType.Rgba8888, PixelFormat.Rgbx32),
        };
        SKImageInfo target = new(size.Width, size.Height, color, layout == PixelFormat.Rgba32 ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        Span<byte> pixels = request.GetPixels(size.Width, size.Height, layout);
        if (request.Options.AllowTruncated)
        {
            pixels.Clear(); // so that missing pixels are black
        }

        SKCodecResult result;
        fixed (byte* first = pixels)
        {
            result = codec.GetPixels(target, (nint)first);
        }

        // Beyond the time limit, the file seems to end early.
        request.ThrowIfTimedOut();

        // Skia completes a progressive JPEG image that ends early, takes a smaller image of an icon that ends early, and calls both a
        // success.
        if (result == SKCodecResult.Success
            && !(format is ImageFormat.Jpeg or ImageFormat.Ico && TruncationDetector.IsTruncated(encoded, format)))
        {
            return;
        }

        if (result != SKCodecResult.Success)
        {
            ThrowIfMemoryEnded(encoded.Length + ((long)info.Width * info.Height * BytesPerPixel));
        }

        bool isTruncated = result is SKCodecResult.Success or SKCodecResult.IncompleteInput;
        if (!(isTruncated && request.Options.AllowTruncated))
        {
            throw Failure(encoded, format, isTruncated);
        }
    }

    /// <summary>Skia calls an image damaged, too, if its decoder cannot allocate memory.</summary>
    /// <exception cref="OutOfMemoryException">As much memory as decoding takes at most cannot be allocated.</exception>
    private static void ThrowIfMemoryEnded(long bytes) => NativeMemory.Free(NativeMemory.Alloc((nuint)bytes));

    private static void CheckIcoEntries(ReadOnlySpan<byte> encoded)
    {
        int entries = encoded.Length < 6 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(encoded[4..]);
        if (entries > MaxIcoEntries)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge, $"the ICO file has {entries} images; at most {MaxIcoEntries} are read.");
        }
    }

    private static ImageDecodeException Failure(ReadOnlySpan<byte> encoded, ImageFormat format, bool isTruncated) => format switch
    {
        ImageFormat.Jpeg when UnsupportedFormats.DescribeJpeg(encoded) is string kind => new ImageDecodeException(
            ImageDecodeFailure.UnsupportedFormat,
            $"the JPEG image is {kind}, which the decoder does not read. "
            + "Convert it to baseline or progressive JPEG with 8 bits per sample."),
        _ when isTruncated || TruncationDetector.IsTruncated(encoded, format) => new ImageDecodeException(
            ImageDecodeFailure.Truncated,
            $"the {format.Name()} image ends early. Was it uploaded or read completely?")
        {
            Remedy = "Set ImageDecodingOptions.AllowTruncated to accept the pixels that exist, if the format permits it.",
        },
        _ => new ImageDecodeException(ImageDecodeFailure.Corrupt, $"the {format.Name()} image is damaged. Save it again from its source."),
    };
}
