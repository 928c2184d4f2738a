using System.Buffers;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace ResNet.Net;

/// <summary>The pixels of an image as a <see cref="PixelView"/>: in place where they lie in one block, else in pooled memory.</summary>
internal readonly ref struct ImagePixels
{
    private readonly Image? _temporary;
    private readonly byte[]? _pooled;

    public ImagePixels(Image image, bool autoOrient)
    {
        bool isTurned = autoOrient && OrientationOf(image.Metadata.ExifProfile) != 1;
        bool isKnown = image is Image<Rgb24> or Image<Rgba32> or Image<Bgra32> or Image<Bgr24> or Image<L8>;
        _temporary = isKnown ? (isTurned ? image.Clone(static _ => { }) : null) : image.CloneAs<Rgba32>();
        if (isTurned)
        {
            _temporary!.Mutate(static context => context.AutoOrient());
        }

        View = (_temporary ?? image) switch
        {
            Image<Rgb24> rgb => Read(rgb, PixelFormat.Rgb24, out _pooled),
            Image<Bgr24> bgr => Read(bgr, PixelFormat.Bgr24, out _pooled),
            Image<Bgra32> bgra => Read(bgra, PixelFormat.Bgra32, out _pooled),
            Image<L8> gray => Read(gray, PixelFormat.Gray8, out _pooled),
            var rgba => Read((Image<Rgba32>)rgba, PixelFormat.Rgba32, out _pooled),
        };
    }

    /// <summary>Valid until the pixels are disposed.</summary>
    public PixelView View { get; }

    /// <summary>The orientation, 1 to 8; 1 where the profile has none that is valid.</summary>
    public static int OrientationOf(ExifProfile? exif)
        => exif?.GetValue(ExifTag.Orientation)?.Value is ushort orientation and >= 1 and <= 8 ? orientation : 1;

    public void Dispose()
    {
        _temporary?.Dispose();
        if (_pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(_pooled);
        }
    }

    private static PixelView Read<TPixel>(Image<TPixel> image, PixelFormat format, out byte[]? pooled)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        pooled = null;

        // DangerousTryGetSinglePixelMemory allocates.
        IMemoryGroup<TPixel> blocks = image.GetPixelMemoryGroup();
        if (blocks.Count == 1)
        {
            return new PixelView(MemoryMarshal.AsBytes(blocks[0].Span), image.Width, image.Height, format);
        }

        int length = checked(image.Width * image.Height * PixelView.GetBytesPerPixel(format));
        pooled = ArrayPool<byte>.Shared.Rent(length);
        image.CopyPixelDataTo(pooled.AsSpan(0, length));
        return new PixelView(pooled.AsSpan(0, length), image.Width, image.Height, format);
    }
}
