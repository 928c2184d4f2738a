using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace ResNet.Net;

/// <summary>
/// Decodes JPEG, PNG, WebP, GIF (first frame), BMP, TGA and Netpbm (PBM, PGM, PPM) with ImageSharp. For trusted images only: ImageSharp 2.1
/// can hang on a file, and a thread that hangs cannot be ended.
/// </summary>
/// <remarks>
/// <para>
/// The pixels of a JPEG image differ from those of libjpeg-turbo, with which the models were measured: by 0.19 levels on average and by up
/// to 53 on one set of 60 photos, by 0.34 on average on another. <see cref="SkiaSharpDecoder"/> decodes to the same pixels as
/// libjpeg-turbo.
/// </para>
/// <para>
/// Interlaced PNG images are refused. ImageSharp 2.1.13 never returns from one whose compressed data end before its last pass. It also
/// miscounts the rows of images that are at most 4 columns wide, so that valid ones hang or get wrong pixels. Animated WebP and TIFF images
/// are not read either.
/// </para>
/// <para>
/// ImageSharp does not report every image that ends early. A PNG image with too little compressed data in complete chunks, for example, is
/// black where pixels are missing.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var options = new ResNetClassifierOptions { Decoder = new FallbackDecoder(new SkiaSharpDecoder(), new ImageSharpDecoder()) };
/// </code>
/// </example>
public sealed class ImageSharpDecoder : IImageDecoder
{
    // The decoder's own: the application's Configuration.Default is neither used nor changed.
    private static readonly Configuration Configuration = new()
    {
        MaxDegreeOfParallelism = 1,
        MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions { MaximumPoolSizeMegabytes = 64 }),
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; } = ["JPEG", "PNG", "WebP", "GIF", "BMP", "TGA", "Netpbm"];

    /// <inheritdoc/>
    public unsafe bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        (string format, SixLabors.ImageSharp.Formats.IImageDecoder? decoder) = Find(encoded);
        if (decoder is null)
        {
            return false;
        }

        HangingFiles.Refuse(encoded);
        fixed (byte* memory = encoded)
        {
            ImageHeader header = Identify(memory, encoded, format, (IImageInfoDetector)decoder);
            _ = request.Accept(header);
            if (!request.Options.AllowTruncated && TruncationDetector.IsTruncated(encoded, ImageFormatDetector.Detect(encoded)))
            {
                throw Failure(encoded, format, "its end is missing", null);
            }

            // These have no alpha channel.
            if (decoder is JpegDecoder or PbmDecoder)
            {
                Write<Rgb24>(memory, encoded, header, decoder, request, PixelFormat.Rgb24);
            }
            else
            {
                Write<Rgba32>(memory, encoded, header, decoder, request, PixelFormat.Rgba32);
            }
        }

        return true;
    }

    private static (string Format, SixLabors.ImageSharp.Formats.IImageDecoder? Decoder) Find(ReadOnlySpan<byte> encoded)
        => ImageFormatDetector.Detect(encoded) switch
        {
            ImageFormat.Jpeg => ("JPEG", new JpegDecoder()),
            ImageFormat.Png => ("PNG", new PngDecoder { IgnoreMetadata = true }),
            ImageFormat.WebP => ("WebP", new WebpDecoder()),
            ImageFormat.Gif => ("GIF", new GifDecoder { DecodingMode = FrameDecodingMode.First }),
            ImageFormat.Bmp => ("BMP", new BmpDecoder()),
            ImageFormat.Unknown when encoded is [(byte)'P', >= (byte)'1' and <= (byte)'6', ..] => ("Netpbm", new PbmDecoder()),
            ImageFormat.Unknown when IsTga(encoded) => ("TGA", new TgaDecoder()),
            _ => ("", null),
        };

    // TGA has no signature: every field of the header must make sense.
    private static bool IsTga(ReadOnlySpan<byte> encoded)
    {
        const int HeaderLength = 18;
        if (encoded.Length < HeaderLength
            || (encoded[12] | encoded[13]) == 0 || (encoded[14] | encoded[15]) == 0 || encoded[16] is not (8 or 15 or 16 or 24 or 32))
        {
            return false;
        }

        return encoded[1] switch
        {
            0 => encoded[2] is 2 or 3 or 10 or 11 && encoded[3..8].IndexOfAnyExcept((byte)0) < 0,
            1 => encoded[2] is 1 or 9 && encoded[7] is 15 or 16 or 24 or 32,
            _ => false,
        };
    }

    private static unsafe ImageHeader Identify(byte* memory, ReadOnlySpan<byte> encoded, string format, IImageInfoDetector detector)
    {
        try
        {
            using UnmanagedMemoryStream stream = new(memory, encoded.Length);
            IImageInfo? info = detector.Identify(Configuration, stream, CancellationToken.None);
            if (info is null)
            {
                throw new InvalidImageContentException("no header");
            }

            // ImageSharp reads no orientation from text chunks and XMP.
            int orientation = detector is PngDecoder ? PngOrientation.Read(encoded) : ImagePixels.OrientationOf(info.Metadata.ExifProfile);
            return new ImageHeader(format, info.Width, info.Height, orientation);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw Failure(encoded, format, exception.Message, exception);
        }
    }

    private static unsafe void Write<TPixel>(
        byte* memory,
        ReadOnlySpan<byte> encoded,
        ImageHeader header,
        SixLabors.ImageSharp.Formats.IImageDecoder decoder,
        ImageDecodeRequest request,
        PixelFormat format)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using Image<TPixel> image = Load<TPixel>(memory, encoded, header.Format, decoder);
        if (image.Width != header.Width || image.Height != header.Height)
        {
            throw Failure(
                encoded,
                header.Format,
                $"its header says {header.Width}x{header.Height} pixels, its data {image.Width}x{image.Height}",
                null);
        }

        image.CopyPixelDataTo(request.GetPixels(image.Width, image.Height, format));
    }

    private static unsafe Image<TPixel> Load<TPixel>(
        byte* memory, ReadOnlySpan<byte> encoded, string format, SixLabors.ImageSharp.Formats.IImageDecoder decoder)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        try
        {
            using UnmanagedMemoryStream stream = new(memory, encoded.Length);
            return decoder.Decode<TPixel>(Configuration, stream, CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Besides its own exceptions, ImageSharp throws IndexOutOfRangeException, NullReferenceException and the like.
            throw Failure(encoded, format, exception.Message, exception);
        }
    }

    private static ImageDecodeException Failure(ReadOnlySpan<byte> encoded, string format, string cause, Exception? exception)
    {
        cause = cause.TrimEnd('.');
        if (TruncationDetector.IsTruncated(encoded, ImageFormatDetector.Detect(encoded)))
        {
            return new ImageDecodeException(
                ImageDecodeFailure.Truncated,
                $"the {format} image ends early ({cause}). Was it uploaded or read completely?",
                null,
                exception)
            {
                Remedy = "Set ImageDecodingOptions.AllowTruncated to accept what there is.",
            };
        }

        return exception is NotSupportedException
            ? new ImageDecodeException(
                ImageDecodeFailure.UnsupportedFormat,
                $"ImageSharp does not read this kind of {format} image ({cause}). Convert it to JPEG or PNG.",
                null,
                exception)
            {
                Remedy = "Or use SkiaSharpDecoder.",
            }
            : new ImageDecodeException(
                ImageDecodeFailure.Corrupt, $"the {format} image is damaged ({cause}). Save it again from its source.", null, exception);
    }
}
