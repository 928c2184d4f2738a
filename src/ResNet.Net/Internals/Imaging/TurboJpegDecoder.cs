using System.Buffers;
using System.Runtime.InteropServices;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Internals.Imaging;

/// <summary>
/// Decodes plain JPEG files with libturbojpeg, to the same pixels as libvips but faster. Everything else goes to another decoder: other formats and kinds,
/// what is beyond the limits, every file with as much as a warning. So one decoder alone decides what is refused, and why.
/// </summary>
internal sealed unsafe class TurboJpegDecoder(TurboJpegApi api, IImageDecoder others) : IImageDecoder
{
    public string LibraryPath => api.LibraryPath;

    public DecodedImage Decode(ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor = null)
        => TryDecode(encoded, options, autoOrient, shrinkFor, out DecodedImage image) ? image : others.Decode(encoded, options, autoOrient, shrinkFor);

    /// <summary>Decodes what is plain and whole; false for everything else.</summary>
    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor, out DecodedImage image)
    {
        image = default;
        if (encoded.Length > options.MaxBytes
            || !JpegStructure.TryRead(encoded, out JpegStructure jpeg)
            || !options.Allows(jpeg.Width, jpeg.Height)
            || (autoOrient && jpeg.Orientation == 0))
        {
            return false;
        }

        int orientation = autoOrient ? jpeg.Orientation : 1;
        int shrink = JpegShrink.Factor(jpeg.Width, jpeg.Height, orientation, shrinkFor);
        (int width, int height) = (jpeg.Width / shrink, jpeg.Height / shrink);
        if (DecodeRows(encoded, jpeg, shrink) is not byte[] pixels)
        {
            return false;
        }

        image = Orientation.Upright(pixels, width, height, orientation).ShrunkFrom(jpeg.Width, jpeg.Height, orientation);
        return true;
    }

    private byte[]? DecodeRows(ReadOnlySpan<byte> encoded, JpegStructure jpeg, int shrink)
    {
        // libjpeg rounds up; a last row or column that is only part of a pixel is left out, as libvips does.
        int columns = (jpeg.Width + shrink - 1) / shrink;
        int rows = (jpeg.Height + shrink - 1) / shrink;

        // A decompressor of its own for every picture, which costs a microsecond: one that is used again keeps the tables of the pictures before,
        // and would decode a file that lacks its own.
        using TurboJpegHandle handle = new(api);
        if (handle.IsInvalid || !HasSize(handle, encoded, jpeg.Width, jpeg.Height))
        {
            return null;
        }

        byte[] pixels = ArrayPool<byte>.Shared.Rent(columns * rows * 3);
        fixed (byte* file = encoded)
        {
            fixed (byte* memory = pixels)
            {
                if (api.Decompress(
                    handle.DangerousGetHandle(), file, new CULong((nuint)encoded.Length), memory, columns, columns * 3, rows,
                    TurboJpegApi.Rgb, TurboJpegApi.AccurateDct | TurboJpegApi.StopOnWarning) != 0)
                {
                    ArrayPool<byte>.Shared.Return(pixels);
                    return null;
                }
            }
        }

        if (columns != jpeg.Width / shrink)
        {
            DropLastColumn(pixels, columns, rows);
        }

        return pixels;
    }

    // The decompressor writes as many pixels as it finds: no memory is taken before it agrees on the size.
    private bool HasSize(TurboJpegHandle handle, ReadOnlySpan<byte> encoded, int width, int height)
    {
        (int foundWidth, int foundHeight, int subsampling, int colourSpace) = (0, 0, 0, 0);
        fixed (byte* file = encoded)
        {
            return api.DecompressHeader(handle.DangerousGetHandle(), file, new CULong((nuint)encoded.Length), &foundWidth, &foundHeight, &subsampling, &colourSpace) == 0
                && foundWidth == width
                && foundHeight == height;
        }
    }

    private static void DropLastColumn(Span<byte> pixels, int columns, int rows)
    {
        int length = (columns - 1) * 3;
        for (int row = 1; row < rows; row++)
        {
            pixels.Slice(row * columns * 3, length).CopyTo(pixels[(row * length)..]);
        }
    }
}
