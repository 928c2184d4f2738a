using System.Buffers;
using ResNet.Net.Internals.Imaging.Interop;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Internals.Imaging;

/// <summary>Decodes with libvips: only allow-listed loaders, the header judged before pixels are touched, straight into pooled memory.</summary>
internal sealed unsafe class VipsDecoder : IImageDecoder
{
    // VipsBandFormat and VipsInterpretation.
    private const int UChar = 0;
    private const int MultiBand = 0;
    private const int Luminance = 1;
    private const int Cmyk = 15;
    private const int Rgb = 17;
    private const int StandardRgb = 22;

    public DecodedImage Decode(ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor = null)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageDecodeException(ImageDecodeFailure.Empty, "the picture has 0 bytes. Was it uploaded or read whole?");
        }

        if (encoded.Length > options.MaxBytes)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the encoded picture has {encoded.Length} bytes; the limit is {options.MaxBytes}. Raise ImageDecodingOptions.MaxBytes if such pictures are wanted.");
        }

        ImageFormat format = ImageFormatDetector.Detect(encoded);
        if (format == ImageFormat.Unknown)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.UnsupportedFormat,
                $"not a JPEG, PNG, WebP, GIF or TIFF picture, but {ImageFormatDetector.Describe(encoded)}. Convert it to one of these, or decode it yourself and pass a PixelView.");
        }

        VipsApi api = VipsApi.Instance;
        TiffDirectory tiff = format == ImageFormat.Tiff ? new TiffDirectory(encoded) : default;

        // "truncated" lets damaged PNG checksums and TIFF strips pass; "warning" refuses tags that libtiff does not know, save in tiled files,
        // where it is the only level that minds a damaged tile.
        ReadOnlySpan<byte> failureLevel = options.AllowTruncated ? "none"u8 : tiff.IsTiled ? "warning"u8 : "error"u8;
        fixed (byte* memory = encoded)
        {
            using VipsObjectHandle loaded = Load(api, format, memory, encoded, failureLevel, 1);
            CheckLimits(api, loaded, format, options);
            if (format == ImageFormat.Jpeg && JpegStructure.HasTooManyScans(encoded))
            {
                throw new ImageDecodeException(
                    ImageDecodeFailure.TooLarge, $"the JPEG picture has more than {JpegStructure.MaxScans} scans, each of which costs a pass over it. Save it anew from its source.");
            }

            // libtiff goes on past tiles that are not there.
            if (tiff.IsCut && !options.AllowTruncated)
            {
                throw EndsEarly(format, "pixels beyond the end of the file");
            }

            int orientation = autoOrient ? api.Orientation(loaded.DangerousGetHandle()) : 1;
            int shrink = format == ImageFormat.Jpeg ? ShrinkFactor(api, loaded, orientation, shrinkFor) : 1;
            using VipsObjectHandle? shrunk = shrink > 1 ? Load(api, format, memory, encoded, failureLevel, shrink) : null;
            using VipsObjectHandle image = ToByteImage(api, shrunk ?? loaded, format, encoded);
            nint full = loaded.DangerousGetHandle();
            return ReadPixels(api, image, format, encoded, options, orientation).ShrunkFrom(api.Width(full), api.Height(full), orientation);
        }
    }

    private static int ShrinkFactor(VipsApi api, VipsObjectHandle image, int orientation, ResizeRule? shrinkFor)
        => JpegShrink.Factor(api.Width(image.DangerousGetHandle()), api.Height(image.DangerousGetHandle()), orientation, shrinkFor);

    private static VipsObjectHandle Load(VipsApi api, ImageFormat format, byte* memory, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> failureLevel, int shrink)
    {
        ReadOnlySpan<byte> loader = format switch
        {
            ImageFormat.Jpeg => "jpegload_buffer"u8,
            ImageFormat.Png => "pngload_buffer"u8,
            ImageFormat.WebP => "webpload_buffer"u8,
            ImageFormat.Gif => "gifload_buffer"u8,
            _ => "tiffload_buffer"u8,
        };
        using VipsOperation operation = new(api, loader);
        operation.SetMemory("buffer"u8, memory, encoded.Length);
        operation.Set("access"u8, "sequential"u8);
        operation.Set("fail_on"u8, failureLevel);
        if (shrink > 1)
        {
            operation.Set("shrink"u8, shrink switch { 2 => "2"u8, 4 => "4"u8, _ => "8"u8 });
        }

        return operation.Run() ?? throw Failure(api, format, encoded);
    }

    private static void CheckLimits(VipsApi api, VipsObjectHandle image, ImageFormat format, ImageDecodingOptions options)
    {
        int width = api.Width(image.DangerousGetHandle());
        int height = api.Height(image.DangerousGetHandle());
        if (width < 1 || height < 1)
        {
            throw new ImageDecodeException(ImageDecodeFailure.Corrupt, $"the {format.Name()} picture says that it is {width}x{height} pixels.");
        }

        if (!options.Allows(width, height))
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the {format.Name()} picture is {width}x{height} = {(long)width * height} pixels; the limits are {options.MaxWidth} wide, {options.MaxHeight} high, {options.MaxPixels} pixels. "
                + "Raise MaxWidth, MaxHeight, MaxPixels of ImageDecodingOptions if such pictures are wanted.");
        }
    }

    // Grey, RGB (with or without alpha) and CMYK bytes are taken as they are: models were trained on pictures read without colour management.
    private static VipsObjectHandle ToByteImage(VipsApi api, VipsObjectHandle loaded, ImageFormat format, ReadOnlySpan<byte> encoded)
    {
        nint image = loaded.DangerousGetHandle();
        bool isKnown = api.Interpretation(image) is MultiBand or Luminance or Rgb or StandardRgb || IsCmyk(api, image);
        if (api.Format(image) == UChar && api.Bands(image) is >= 1 and <= 4 && isKnown)
        {
            return new VipsObjectHandle(api, api.Ref(image));
        }

        // 16 bits scaled to 8, other spaces by their definition.
        using VipsOperation operation = new(api, "colourspace"u8);
        operation.SetImage("in"u8, loaded);
        operation.Set("space"u8, "srgb"u8);
        VipsObjectHandle converted = operation.Run() ?? throw Failure(api, format, encoded);
        nint result = converted.DangerousGetHandle();
        if (api.Format(result) == UChar && api.Bands(result) is >= 1 and <= 4)
        {
            return converted;
        }

        int bands = api.Bands(result);
        converted.Dispose();
        throw new ImageDecodeException(ImageDecodeFailure.UnsupportedFormat, $"the {format.Name()} picture has {bands} channels that cannot be read as grey or RGB. Convert it to 8-bit RGB.");
    }

    private static bool IsCmyk(VipsApi api, nint image) => api.Interpretation(image) == Cmyk && api.Bands(image) == 4;

    private static DecodedImage ReadPixels(
        VipsApi api, VipsObjectHandle image, ImageFormat format, ReadOnlySpan<byte> encoded, ImageDecodingOptions options, int orientation)
    {
        nint native = image.DangerousGetHandle();
        (int width, int height, int bands) = (api.Width(native), api.Height(native), api.Bands(native));
        byte[] pixels = ArrayPool<byte>.Shared.Rent(checked(width * height * bands));
        try
        {
            fixed (byte* memory = pixels)
            {
                using VipsObjectHandle target = new(api, api.NewFromMemory(memory, (nuint)((long)width * height * bands), width, height, bands, UChar));
                if (target.IsInvalid || api.Write(native, target.DangerousGetHandle()) != 0)
                {
                    throw Failure(api, format, encoded);
                }
            }

            int count = width * height;
            if (bands != 3)
            {
                byte[] rgb = ArrayPool<byte>.Shared.Rent(count * 3);
                if (IsCmyk(api, native))
                {
                    CmykToRgb(pixels, rgb, count);
                }
                else
                {
                    ToRgb(pixels, rgb, count, bands, options.Background);
                }

                pixels = Exchange(pixels, rgb);
            }

            return Orientation.Upright(pixels, width, height, orientation);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(pixels);
            throw;
        }
    }

    private static byte[] Exchange(byte[] old, byte[] replacement)
    {
        ArrayPool<byte>.Shared.Return(old);
        return replacement;
    }

    private static void ToRgb(ReadOnlySpan<byte> source, Span<byte> rgb, int count, int bands, byte background)
    {
        bool hasAlpha = bands is 2 or 4;
        bool isGrey = bands < 3;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = source.Slice(i * bands, bands);
            int alpha = hasAlpha ? pixel[bands - 1] : 255;
            rgb[3 * i] = AlphaBlend.Over(pixel[0], alpha, background);
            rgb[(3 * i) + 1] = isGrey ? rgb[3 * i] : AlphaBlend.Over(pixel[1], alpha, background);
            rgb[(3 * i) + 2] = isGrey ? rgb[3 * i] : AlphaBlend.Over(pixel[2], alpha, background);
        }
    }

    private static void CmykToRgb(ReadOnlySpan<byte> source, Span<byte> rgb, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int light = 255 - source[(4 * i) + 3];
            rgb[3 * i] = AlphaBlend.OnBlack(255 - source[4 * i], light);
            rgb[(3 * i) + 1] = AlphaBlend.OnBlack(255 - source[(4 * i) + 1], light);
            rgb[(3 * i) + 2] = AlphaBlend.OnBlack(255 - source[(4 * i) + 2], light);
        }
    }

    private static ImageDecodeException Failure(VipsApi api, ImageFormat format, ReadOnlySpan<byte> encoded)
    {
        string error = api.TakeError();
        string cause = error.Length == 0 ? "no details" : error; // another thread may have taken the text
        return FileEnd.IsMissing(encoded, format)
            ? EndsEarly(format, cause)
            : new ImageDecodeException(ImageDecodeFailure.Corrupt, $"the {format.Name()} picture is damaged ({cause}). Save it anew from its source.");
    }

    private static ImageDecodeException EndsEarly(ImageFormat format, string cause) => new(
        ImageDecodeFailure.Truncated, $"the {format.Name()} picture ends early ({cause}). Read it whole, or set ImageDecodingOptions.AllowTruncated to take what there is.");
}
