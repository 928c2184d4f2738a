namespace ResNet.Net;

/// <summary>Limits the number of scans in a JPEG image.</summary>
internal static class JpegScanLimit
{
    /// <summary>
    /// The smallest number of scans that is rejected, the same as in Skia. Encoders write about ten. A scan can take as little as a hundred
    /// bytes but costs a pass over the image, so without a limit a small file can occupy a core for minutes.
    /// </summary>
    public const int Value = 100;

    /// <summary>Determines whether a JPEG file has as many scans as <see cref="Value"/>, or more.</summary>
    public static bool IsReached(ReadOnlySpan<byte> encoded)
    {
        int scans = 0;
        int components = 0;
        JpegMarkers markers = new(encoded);
        while (scans < Value && markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage)
        {
            if (markers.Marker is JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended && markers.Segment.Length > 5)
            {
                components = markers.Segment[5];
            }
            else if (markers.Marker == JpegMarkers.StartOfScan)
            {
                scans++;
                if (components > 0 && markers.Segment is [byte count, ..] && count == components)
                {
                    return false; // sequential, with all components in one scan: decoders stop after it
                }
            }
        }

        return scans >= Value;
    }
}
