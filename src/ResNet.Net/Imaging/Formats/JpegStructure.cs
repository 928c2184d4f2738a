using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>Represents the header of a plain JPEG file: one that every version of libjpeg decodes to the same pixels.</summary>
/// <param name="Width">The stored number of columns, at least 1.</param>
/// <param name="Height">The stored number of rows, at least 1.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 0 if the EXIF metadata is invalid or ambiguous.</param>
internal readonly record struct JpegStructure(int Width, int Height, int Orientation)
{
    /// <summary>Reads the header of a plain JPEG file.</summary>
    /// <returns>
    /// <see langword="false"/> for all other files: other formats, CMYK, 12 bits per sample, arithmetic coding, unusual subsampling, too
    /// many scans, and progressive files without all refinement scans.
    /// </returns>
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
                case JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended or JpegMarkers.StartOfFrameProgressive
                    when frame.IsEmpty:
                    frame = markers.Segment;
                    isProgressive = markers.Marker == JpegMarkers.StartOfFrameProgressive;
                    break;
                case >= 0xC0 and <= 0xCF and not 0xC4 and not 0xCC: // another kind of frame, or a second frame
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

                    int width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
                    int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
                    structure = new JpegStructure(width, height, orientation);
                    return structure is { Width: > 0, Height: > 0 };
            }
        }

        return false;
    }

    // Precision, rows, columns, number of components; for each component its id, its sampling factors and its table.
    private static bool IsPlain(ReadOnlySpan<byte> frame) => frame switch
    {
        [8, _, _, _, _, 1, _, _, _] => true,
        [8, _, _, _, _, 3, _, 0x11 or 0x21 or 0x22, _, _, 0x11, _, _, 0x11, _] => true,
        _ => false,
    };

    // If a progressive file omits the last bits of a coefficient, decoders smooth the image, and each version does it differently.
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

            // Number of components; for each its id and tables; first and last coefficient; bit positions before and after the scan.
            ReadOnlySpan<byte> scan = markers.Segment;
            bool isValid = !scan.IsEmpty && scan.Length == 4 + (2 * scan[0]) && scan[^2] <= 63 && scan[^3] <= scan[^2];
            if (++scans >= JpegScanLimit.Value || !isValid)
            {
                return false;
            }

            if (!isProgressive && scan[0] == components)
            {
                return true; // the only scan: no need to search the compressed data
            }

            ulong coefficients = (ulong.MaxValue >> (63 - scan[^2])) & (ulong.MaxValue << scan[^3]);
            bool isFinalBit = (scan[^1] & 0x0F) == 0;
            for (int i = 0; i < scan[0]; i++)
            {
                int component = IndexOfComponent(frame, scan[1 + (2 * i)]);
                complete[component] = isFinalBit ? complete[component] | coefficients : complete[component] & ~coefficients;
            }
        }
        while (markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage);

        return complete[..components].IndexOfAnyExcept(ulong.MaxValue) < 0;
    }

    // An id that the frame does not define is an error that libjpeg detects.
    private static int IndexOfComponent(ReadOnlySpan<byte> frame, byte id)
        => frame.Length > 9 && id != frame[6] ? (id == frame[9] ? 1 : 2) : 0;

    private static int ReadOrientation(ReadOnlySpan<byte> segment)
        => segment.StartsWith("Exif\0\0"u8) ? ExifOrientation.Read(segment[6..]) : 0;
}
