using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>Limits the number of scans in a JPEG image.</summary>
internal static class JpegScanLimit
{
    /// <summary>
    /// The smallest number of scans that is rejected, the same as in Skia. Encoders write about ten. A scan can take as little as a hundred
    /// bytes but costs a pass over the image, so without a limit a small file can occupy a core for minutes.
    /// </summary>
    public const int Value = 100;

    // All scans together may process this many times the maximum number of pixels. libjpeg writes 18 scans of a CMYK image.
    private const int Passes = 24;

    /// <summary>Determines whether a JPEG file has too many scans for its size.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="maxPixels">The limit on pixels.</param>
    /// <returns>The smallest number of scans that is rejected; <see langword="null"/> if the file has fewer.</returns>
    public static int? Find(ReadOnlySpan<byte> encoded, int maxPixels)
    {
        int scans = 0;
        int components = 0;
        int limit = Value;
        JpegMarkers markers = new(encoded);
        while (markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage)
        {
            bool isProgressive = markers.Marker == JpegMarkers.StartOfFrameProgressive;
            if ((isProgressive || markers.Marker is JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended)
                && markers.Segment.Length > 5)
            {
                components = isProgressive ? 0 : markers.Segment[5];
                limit = Math.Min(limit, LimitOf(markers.Segment, maxPixels));
            }
            else if (markers.Marker == JpegMarkers.StartOfScan)
            {
                if (++scans >= limit)
                {
                    return limit;
                }

                if (components > 0 && markers.Segment is [byte count, ..] && count == components)
                {
                    return null; // sequential, with all components in one scan: decoders stop after it
                }
            }
        }

        return null;
    }

    // An image that exceeds the limit on pixels is rejected for that reason.
    private static int LimitOf(ReadOnlySpan<byte> frame, int maxPixels)
    {
        long pixels = (long)BinaryPrimitives.ReadUInt16BigEndian(frame[1..]) * BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        return pixels == 0 || pixels > maxPixels ? Value : (int)Math.Min(Value, ((long)Passes * maxPixels / pixels) + 1);
    }
}
