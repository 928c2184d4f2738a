using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>What a JPEG file says of itself, where it is of the plain kind that every libjpeg decodes to the same pixels.</summary>
/// <param name="Width">Columns as stored, at least 1.</param>
/// <param name="Height">Rows as stored, at least 1.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 0 where the EXIF block is in doubt.</param>
internal readonly record struct JpegStructure(int Width, int Height, int Orientation)
{
    /// <summary>Reads it; false for files of other kinds: other formats, CMYK, 12 bits, arithmetic, unusual subsampling, too many scans, progressive files that lack refinements.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out JpegStructure structure)
    {
        structure = default;
        if (ImageFormatDetector.Detect(encoded) != ImageFormat.Jpeg)
        {
            return false;
        }

        ReadOnlySpan<byte> frame = default;
        int orientation = 1;
        bool hasExif = false;
        bool isProgressive = false;
        JpegMarkers markers = new(encoded);
        while (markers.MoveNext())
        {
            switch (markers.Marker)
            {
                case JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended or JpegMarkers.StartOfFrameProgressive when frame.IsEmpty:
                    frame = markers.Segment;
                    isProgressive = markers.Marker == JpegMarkers.StartOfFrameProgressive;
                    break;
                case >= 0xC0 and <= 0xCF and not 0xC4 and not 0xCC: // other frames, or a second one
                case JpegMarkers.EndOfImage:
                    return false;
                case JpegMarkers.App1 when markers.Segment.StartsWith("Exif"u8):
                    orientation = hasExif ? 0 : ReadOrientation(markers.Segment);
                    hasExif = true;
                    break;
                case JpegMarkers.StartOfScan:
                    if (!IsPlain(frame) || !AreScansPlain(markers, frame, isProgressive))
                    {
                        return false;
                    }

                    structure = new JpegStructure(BinaryPrimitives.ReadUInt16BigEndian(frame[3..]), BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), orientation);
                    return structure is { Width: > 0, Height: > 0 };
            }
        }

        return false;
    }

    // Precision, rows, columns, number of components; of each component its name, its sampling factors, its table.
    private static bool IsPlain(ReadOnlySpan<byte> frame) => frame switch
    {
        [8, _, _, _, _, 1, _, _, _] => true,
        [8, _, _, _, _, 3, _, 0x11 or 0x21 or 0x22, _, _, 0x11, _, _, 0x11, _] => true,
        _ => false,
    };

    // Where a progressive file never sends the last bits of a coefficient, decoders smooth the image, each version in a way of its own.
    private static bool AreScansPlain(JpegMarkers markers, ReadOnlySpan<byte> frame, bool isProgressive)
    {
        Span<ulong> complete = stackalloc ulong[3];
        int components = frame[5];
        int scans = 0;
        do
        {
            if (markers.Marker != JpegMarkers.StartOfScan)
            {
                continue;
            }

            // Number of components; of each its name and tables; first and last coefficient, bits before and after.
            ReadOnlySpan<byte> scan = markers.Segment;
            if (++scans >= JpegScans.Limit || scan.IsEmpty || scan.Length != 4 + (2 * scan[0]) || scan[^2] > 63 || scan[^3] > scan[^2])
            {
                return false;
            }

            if (!isProgressive && scan[0] == components)
            {
                return true; // the only scan: nothing to look for in the data
            }

            ulong coefficients = (ulong.MaxValue >> (63 - scan[^2])) & (ulong.MaxValue << scan[^3]);
            bool isLast = (scan[^1] & 0x0F) == 0;
            for (int i = 0; i < scan[0]; i++)
            {
                int component = ComponentOf(frame, scan[1 + (2 * i)]);
                complete[component] = isLast ? complete[component] | coefficients : complete[component] & ~coefficients;
            }
        }
        while (markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage);

        return complete[..components].IndexOfAnyExcept(ulong.MaxValue) < 0;
    }

    // A name that the frame lacks is an error that libjpeg finds by itself.
    private static int ComponentOf(ReadOnlySpan<byte> frame, byte name) => frame.Length > 9 && name != frame[6] ? (name == frame[9] ? 1 : 2) : 0;

    private static int ReadOrientation(ReadOnlySpan<byte> segment) => segment.StartsWith("Exif\0\0"u8) ? ExifOrientation.Read(segment[6..]) : 0;
}
