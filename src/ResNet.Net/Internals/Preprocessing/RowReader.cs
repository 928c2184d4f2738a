namespace ResNet.Net.Internals.Preprocessing;

/// <summary>Reads a part of a picture's row as packed RGB, whatever its pixel format.</summary>
internal static class RowReader
{
    /// <summary>Pixels <c>[left, left + rgb.Length / 3)</c> of row <paramref name="y"/>. Returns the source itself where it is RGB already.</summary>
    public static ReadOnlySpan<byte> Read(in PixelView source, int y, int left, int count, Span<byte> rgb)
    {
        int size = PixelView.GetBytesPerPixel(source.Format);
        ReadOnlySpan<byte> row = source.Row(y).Slice(left * size, count * size);
        switch (source.Format)
        {
            case PixelFormat.Rgb24:
                return row;
            case PixelFormat.Gray8:
                for (int i = 0; i < count; i++)
                {
                    rgb[3 * i] = rgb[(3 * i) + 1] = rgb[(3 * i) + 2] = row[i];
                }

                break;
            case PixelFormat.Bgr24:
            case PixelFormat.Bgrx32:
                Copy(row, rgb, count, size, red: 2, blue: 0);
                break;
            case PixelFormat.Rgbx32:
                Copy(row, rgb, count, size, red: 0, blue: 2);
                break;
            case PixelFormat.Rgba32:
                Flatten(row, rgb, count, red: 0, blue: 2);
                break;
            default:
                Flatten(row, rgb, count, red: 2, blue: 0);
                break;
        }

        return rgb[..(3 * count)];
    }

    private static void Copy(ReadOnlySpan<byte> row, Span<byte> rgb, int count, int size, int red, int blue)
    {
        for (int i = 0; i < count; i++)
        {
            rgb[3 * i] = row[(size * i) + red];
            rgb[(3 * i) + 1] = row[(size * i) + 1];
            rgb[(3 * i) + 2] = row[(size * i) + blue];
        }
    }

    private static void Flatten(ReadOnlySpan<byte> row, Span<byte> rgb, int count, int red, int blue)
    {
        for (int i = 0; i < count; i++)
        {
            int alpha = row[(4 * i) + 3];
            rgb[3 * i] = AlphaBlend.OnBlack(row[(4 * i) + red], alpha);
            rgb[(3 * i) + 1] = AlphaBlend.OnBlack(row[(4 * i) + 1], alpha);
            rgb[(3 * i) + 2] = AlphaBlend.OnBlack(row[(4 * i) + blue], alpha);
        }
    }
}
