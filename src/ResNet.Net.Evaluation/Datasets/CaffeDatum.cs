namespace ResNet.Net.Evaluation;

/// <summary>
/// Represents an image of a Caffe or Caffe2 database: the position of its bytes, their layout and the label. The bytes are not read.
/// </summary>
/// <param name="Offset">The position of the bytes in the file.</param>
/// <param name="Length">The number of bytes.</param>
/// <param name="Channels">The number of channels of raw pixels; 0 for an encoded file.</param>
/// <param name="Height">The number of rows of raw pixels.</param>
/// <param name="Width">The number of columns of raw pixels.</param>
/// <param name="IsInterleaved">Whether the bytes of a raw pixel are adjacent, instead of one plane for each channel.</param>
/// <param name="Label">The class; null if the record states none.</param>
internal readonly record struct CaffeDatum(
    long Offset, int Length, int Channels, int Height, int Width, bool IsInterleaved, long? Label)
{
    private const int MaxSide = 65535;
    private const long MaxPixels = 1 << 28;

    /// <summary>Reads a <c>Datum</c> of Caffe, or a <c>TensorProtos</c> of Caffe2 that holds an image and a label.</summary>
    /// <param name="value">The record.</param>
    /// <param name="datum">Receives the image.</param>
    /// <returns>The reason why the record has no image, as the predicate of a sentence; null if it has one.</returns>
    /// <exception cref="ImageDatasetException">The record is not a valid message.</exception>
    public static string? TryRead(ProtobufCursor value, out CaffeDatum datum)
    {
        // The first field of a Datum is a number, that of TensorProtos a message.
        string? problem = value.PeekTag() == ((1 << 3) | ProtobufCursor.LengthDelimited)
            ? CaffeTensors.TryRead(value, out datum)
            : TryReadDatum(value, out datum);
        return problem ?? ProblemOf(datum);
    }

    private static string? TryReadDatum(ProtobufCursor value, out CaffeDatum datum)
    {
        datum = default;
        (long channels, long height, long width, bool isEncoded, bool hasFloats) = (0, 0, 0, false, false);
        while (value.TryReadTag(out int field, out int wire))
        {
            switch (field, wire)
            {
                case (1, ProtobufCursor.Varint):
                    channels = value.ReadNumber();
                    break;
                case (2, ProtobufCursor.Varint):
                    height = value.ReadNumber();
                    break;
                case (3, ProtobufCursor.Varint):
                    width = value.ReadNumber();
                    break;
                case (4, ProtobufCursor.LengthDelimited):
                    datum = datum with { Length = value.ReadLength(), Offset = value.Position };
                    value.Skip(datum.Length);
                    break;
                case (5, ProtobufCursor.Varint):
                    datum = datum with { Label = (int)value.ReadNumber() };
                    break;
                case (7, ProtobufCursor.Varint):
                    isEncoded = value.ReadNumber() != 0;
                    break;
                default:
                    hasFloats |= field == 6;
                    value.SkipField(wire);
                    break;
            }
        }

        if (!isEncoded && datum.Length > 0)
        {
            // Out of range becomes an error below.
            int Side(long side) => (int)Math.Clamp(side, -1, MaxSide + 1);
            datum = datum with { Channels = Side(channels), Height = Side(height), Width = Side(width) };
            return datum.Channels == 0 ? "states neither 'encoded' nor 'channels'" : null;
        }

        return datum.Length > 0 ? null
            : hasFloats ? "holds 'float_data', which are features or preprocessed values and not an image"
            : "holds no 'data'";
    }

    private static string? ProblemOf(CaffeDatum datum)
        => datum.Channels == 0 ? null
            : datum.Channels is not (1 or 3) ? $"has {datum.Channels} channels; an image has 1 or 3"
            : datum.Height is < 1 or > MaxSide || datum.Width is < 1 or > MaxSide ? $"has {datum.Width}x{datum.Height} pixels"
            : (long)datum.Height * datum.Width > MaxPixels ? $"has {datum.Width}x{datum.Height} pixels; the limit is {MaxPixels}"
            : (long)datum.Channels * datum.Height * datum.Width != datum.Length
                ? $"has {datum.Length} bytes for {datum.Width}x{datum.Height} pixels of {datum.Channels} channels"
            : null;

    /// <summary>Encodes raw pixels as PNG, which changes none of them.</summary>
    /// <param name="raw">The bytes; channels are blue, green and red, or gray.</param>
    public byte[] ToPng(ReadOnlySpan<byte> raw)
    {
        int plane = Height * Width;
        byte[] rgb = new byte[3 * plane];
        (int step, int next) = Channels == 1 ? (1, 0) : IsInterleaved ? (3, 1) : (1, plane);
        for (int pixel = 0; pixel < plane; pixel++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                rgb[(3 * pixel) + channel] = raw[(pixel * step) + ((2 - channel) * next)];
            }
        }

        return PngFile.Encode(rgb, Width, Height, compress: false);
    }
}
