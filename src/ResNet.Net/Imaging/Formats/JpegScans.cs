namespace ResNet.Net;

/// <summary>The limit on the number of scans of a JPEG image.</summary>
internal static class JpegScans
{
    /// <summary>
    /// So many scans are too many, as for Skia. Encoders write about ten. Each costs a pass over the image and as little as a hundred bytes of file, so without a limit a
    /// small file can keep a core busy for minutes.
    /// </summary>
    public const int Limit = 100;

    /// <summary>Whether a JPEG file has more scans than are decoded.</summary>
    public static bool AreTooMany(ReadOnlySpan<byte> encoded)
    {
        int scans = 0;
        int components = 0;
        JpegMarkers markers = new(encoded);
        while (scans < Limit && markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage)
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
                    return false; // sequential, all components in one scan: decoders stop after it
                }
            }
        }

        return scans >= Limit;
    }
}
