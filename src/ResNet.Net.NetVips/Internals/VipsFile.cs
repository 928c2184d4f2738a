using System.Buffers.Binary;
using NetVips;

namespace ResNet.Net;

/// <summary>The loaders of libvips that are used.</summary>
internal enum VipsLoader
{
    None,
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Heif,
}

/// <summary>An encoded image: its loader, and what its own structure says when libvips fails.</summary>
internal readonly ref struct VipsFile
{
    private readonly ReadOnlySpan<byte> _encoded;
    private readonly TiffDirectory _tiff;

    public VipsFile(ReadOnlySpan<byte> encoded, VipsLoader loader)
    {
        _encoded = encoded;
        Loader = loader;
        _tiff = loader == VipsLoader.Tiff ? new TiffDirectory(encoded) : default;
    }

    public VipsLoader Loader { get; }

    public string Format => Loader == VipsLoader.Heif ? (IsAvif ? "AVIF" : "HEIF") : FormatOf(Loader).Name();

    private bool IsAvif => _encoded[8..12].SequenceEqual("avif"u8) || _encoded[8..12].SequenceEqual("avis"u8);

    public static VipsLoader Detect(ReadOnlySpan<byte> encoded) => ImageFormatDetector.Detect(encoded) switch
    {
        ImageFormat.Jpeg => VipsLoader.Jpeg,
        ImageFormat.Png => VipsLoader.Png,
        ImageFormat.WebP => VipsLoader.WebP,
        ImageFormat.Gif => VipsLoader.Gif,
        ImageFormat.Tiff => VipsLoader.Tiff,
        _ => IsHeif(encoded) ? VipsLoader.Heif : VipsLoader.None,
    };

    public Image Load(MemorySource source, bool allowTruncated, int shrink)
    {
        // "truncated" lets damaged PNG checksums and TIFF strips pass. "warning" refuses tags that libtiff does not know, except in tiled
        // files, where it is the only level that reports a damaged tile.
        Enums.FailOn failOn = allowTruncated ? Enums.FailOn.None : _tiff.IsTiled ? Enums.FailOn.Warning : Enums.FailOn.Error;
        const Enums.Access Access = Enums.Access.Sequential;
        return Loader switch
        {
            VipsLoader.Jpeg => Image.JpegloadSource(source.Source, shrink: shrink, access: Access, failOn: failOn),
            VipsLoader.Png => Image.PngloadSource(source.Source, access: Access, failOn: failOn),
            VipsLoader.WebP => Image.WebploadSource(source.Source, access: Access, failOn: failOn),
            VipsLoader.Gif => Image.GifloadSource(source.Source, access: Access, failOn: failOn),
            VipsLoader.Tiff => Image.TiffloadSource(source.Source, access: Access, failOn: failOn),
            _ => Image.HeifloadSource(source.Source, access: Access, failOn: failOn),
        };
    }

    /// <summary>
    /// Reads the EXIF orientation. libheif turns an image upright by itself; libvips reads no orientation from the text chunks of PNG
    /// images.
    /// </summary>
    public int Orientation(Image loaded) => Loader switch
    {
        VipsLoader.Heif => 1,
        VipsLoader.Png => PngOrientation.Read(_encoded),
        _ => loaded.Contains("orientation") && loaded.Get("orientation") is int orientation ? orientation : 1,
    };

    /// <summary>Refuses what libvips would decode to the wrong pixels.</summary>
    public void CheckBeforePixels(bool allowTruncated)
    {
        // libtiff skips tiles that are missing.
        if (_tiff.IsCut && Loader == VipsLoader.Tiff && !allowTruncated)
        {
            throw EndsEarly("pixels beyond the end of the file");
        }
    }

    public ImageDecodeException Failure(VipsException exception)
    {
        string cause = Cause(exception);
        if (IsCut())
        {
            return EndsEarly(cause, exception);
        }

        // Judged by the file: the text of the error may be another image's.
        bool isUnsupported = Loader switch
        {
            VipsLoader.Tiff => !_tiff.IsCommon,
            VipsLoader.Heif => !IsAvif,
            _ => false,
        };
        return isUnsupported
            ? new ImageDecodeException(
                ImageDecodeFailure.UnsupportedFormat,
                $"libvips does not read this kind of {Format} image ({cause}). Convert it to 8-bit RGB without special compression.",
                null,
                exception)
            : new ImageDecodeException(
                ImageDecodeFailure.Corrupt, $"the {Format} image is damaged ({cause}). Save it again from its source.", null, exception);
    }

    private static ImageFormat FormatOf(VipsLoader loader) => loader switch
    {
        VipsLoader.Jpeg => ImageFormat.Jpeg,
        VipsLoader.Png => ImageFormat.Png,
        VipsLoader.WebP => ImageFormat.WebP,
        VipsLoader.Gif => ImageFormat.Gif,
        VipsLoader.Tiff => ImageFormat.Tiff,
        _ => ImageFormat.Unknown,
    };

    private static bool IsHeif(ReadOnlySpan<byte> encoded) => encoded.Length >= 12 && encoded[4..8].SequenceEqual("ftyp"u8)
        && encoded[8..12] is [(byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s']
            or [(byte)'m', (byte)'i' or (byte)'s', (byte)'f', (byte)'1']
            or [(byte)'h', (byte)'e', (byte)'i' or (byte)'v', (byte)'c' or (byte)'x' or (byte)'m' or (byte)'s'];

    // NetVips puts a line of its own before libvips' text.
    private static string Cause(VipsException exception)
    {
        string[] lines =
        [
            .. exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Skip(1).Distinct().Take(4),
        ];
        return lines.Length == 0 ? "no details" : string.Join("; ", lines); // another thread may have taken the text
    }

    private bool IsCut() => Loader switch
    {
        VipsLoader.Tiff => _tiff.IsCut,
        VipsLoader.Heif => AreBoxesCut(),
        _ => TruncationDetector.IsTruncated(_encoded, FormatOf(Loader)),
    };

    // The boxes of an ISO file follow each other; a length of 1 means that 64 bits follow, 0 that the box goes to the end.
    private bool AreBoxesCut()
    {
        ulong position = 0;
        while (position + 8 <= (ulong)_encoded.Length)
        {
            ReadOnlySpan<byte> box = _encoded[(int)position..];
            ulong length = BinaryPrimitives.ReadUInt32BigEndian(box);
            if (length == 0)
            {
                return false;
            }

            length = length != 1 ? length : box.Length >= 16 ? BinaryPrimitives.ReadUInt64BigEndian(box[8..]) : ulong.MaxValue;
            if (length < 8)
            {
                return false; // damage
            }

            if (length > (ulong)_encoded.Length - position)
            {
                return true;
            }

            position += length;
        }

        return position != (ulong)_encoded.Length;
    }

    private ImageDecodeException EndsEarly(string cause, Exception? inner = null) => new(
        ImageDecodeFailure.Truncated,
        $"the {Format} image ends early ({cause}). Was it uploaded or read completely?",
        null,
        inner)
    {
        Remedy = "Set ImageDecodingOptions.AllowTruncated to accept what there is.",
    };
}
