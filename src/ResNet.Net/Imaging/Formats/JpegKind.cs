namespace ResNet.Net;

/// <summary>Names the kinds of JPEG that common decoders refuse.</summary>
internal static class JpegKind
{
    /// <summary>What is unusual about a JPEG image, for a message; null if nothing is.</summary>
    public static string? Unusual(ReadOnlySpan<byte> encoded)
    {
        JpegMarkers markers = new(encoded);
        while (markers.MoveNext() && markers.Marker is not (JpegMarkers.StartOfScan or JpegMarkers.EndOfImage))
        {
            switch (markers.Marker)
            {
                case 0xC3 or 0xC7 or 0xCB or 0xCF or 0xF7:
                    return "lossless";
                case 0xC5 or 0xC6 or 0xCD or 0xCE:
                    return "hierarchical";
                case 0xC9 or 0xCA:
                    return "arithmetic-coded";
                case JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended or JpegMarkers.StartOfFrameProgressive when markers.Segment is [not 8, ..]:
                    return $"of {markers.Segment[0]} bits per sample";
            }
        }

        return null;
    }
}
