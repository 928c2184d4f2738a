namespace ResNet.Net;

/// <summary>
/// Processes one value at a time. Used on processors without vectors, and as the reference for the other implementations.
/// </summary>
internal sealed class ScalarKernels : PreprocessingKernels
{
    public override int RowsPerBlock => 1;

    public override int PlaneStride(int width) => width;

    public override int RowStride(int planes) => planes;

    public override void ResampleColumns(
        in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch)
    {
        PixelLayout layout = PixelLayout.Of(block.Format);
        ReadOnlySpan<byte> row = block.Row(0);
        for (int plane = 0; plane < layout.PlaneCount; plane++)
        {
            Span<byte> target = output.Slice(plane * planeStride, columns.Count);
            for (int x = 0; x < target.Length; x++)
            {
                ReadOnlySpan<int> weights = columns.Weights(x);
                ReadOnlySpan<byte> pixels = row[((columns.Start(x) * layout.Size) + layout.Offset(plane))..];
                int sum = PillowArithmetic.Half;
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += pixels[k * layout.Size] * weights[k];
                }

                target[x] = ToByte(sum);
            }
        }
    }

    public override void WeightedSum(ReadOnlySpan<byte> rows, int stride, in TapTable filter, int y, Span<byte> output)
    {
        ReadOnlySpan<int> weights = filter.Weights(y);
        for (int i = 0; i < output.Length; i++)
        {
            int sum = PillowArithmetic.Half;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += rows[(k * stride) + i] * weights[k];
            }

            output[i] = ToByte(sum);
        }
    }

    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride)
        => InterpolateColumns(row, 0, indices, weights, droppedBits, output, planeStride);

    /// <summary>Applies the pass from a column on.</summary>
    public static void InterpolateColumns(
        in PixelView row,
        int firstColumn,
        ReadOnlySpan<int> indices,
        ReadOnlySpan<int> weights,
        int droppedBits,
        Span<short> output,
        int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        ReadOnlySpan<byte> pixels = row.Row(0);
        for (int x = firstColumn; x < indices.Length; x++)
        {
            int left = indices[x] * layout.Size;
            int right = Math.Min(indices[x] + 1, row.Width - 1) * layout.Size;
            for (int plane = 0; plane < layout.PlaneCount; plane++)
            {
                int color = layout.Offset(plane);
                int sum = (pixels[left + color] * (weights[x] & 0xFFFF)) + (pixels[right + color] * (weights[x] >> 16));
                output[(plane * planeStride) + x] = (short)(sum >> droppedBits);
            }
        }
    }

    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride)
        => InterpolateColumns(row, 0, indices, fractions, output, planeStride);

    /// <summary>Applies the pass from a column on.</summary>
    public static void InterpolateColumns(
        in PixelView row, int firstColumn, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        ReadOnlySpan<byte> pixels = row.Row(0);
        for (int x = firstColumn; x < indices.Length; x++)
        {
            int left = indices[x] * layout.Size;
            int right = Math.Min(indices[x] + 1, row.Width - 1) * layout.Size;
            for (int plane = 0; plane < 3; plane++)
            {
                int color = layout.Offset(plane);
                output[(plane * planeStride) + x] = (pixels[left + color] * (1 - fractions[x])) + (pixels[right + color] * fractions[x]);
            }
        }
    }

    public override void InterpolateRows(
        ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (byte)((((upper[i] * upperWeight) >> 16) + ((lower[i] * lowerWeight) >> 16) + 2) >> 2);
        }
    }

    public override void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (byte)((upper[i] + lower[i] + 2) >> 2);
        }
    }

    public override void InterpolateRows(
        ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (((upper[i] * (1 - fraction)) + (lower[i] * fraction)) * scale) + offset;
        }
    }

    public override void SumAreas(in PixelView row, in AreaTable columns, Span<float> output, int planeStride)
        => SumAreas(row, 0, columns, output, planeStride);

    /// <summary>Applies the pass from a column on.</summary>
    public static void SumAreas(in PixelView row, int firstColumn, in AreaTable columns, Span<float> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        ReadOnlySpan<byte> pixels = row.Row(0);
        for (int x = firstColumn; x < columns.Count; x++)
        {
            ReadOnlySpan<float> weights = columns.Weights(x);
            int start = columns.Start(x) * layout.Size;
            for (int plane = 0; plane < layout.PlaneCount; plane++)
            {
                float sum = 0;
                int position = start + layout.Offset(plane);
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += pixels[position] * weights[k];
                    position += layout.Size;
                }

                output[(plane * planeStride) + x] = sum;
            }
        }
    }

    public override void AddBlocks(in PixelView row, int first, int length, int count, Span<int> sums, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        ReadOnlySpan<byte> pixels = row.Row(0).Slice(first * layout.Size, length * count * layout.Size);
        for (int plane = 0; plane < layout.PlaneCount; plane++)
        {
            int position = layout.Offset(plane);
            for (int x = 0; x < count; x++)
            {
                int sum = 0;
                for (int k = 0; k < length; k++)
                {
                    sum += pixels[position];
                    position += layout.Size;
                }

                sums[(plane * planeStride) + x] += sum;
            }
        }
    }

    public override void AddWeighted(ReadOnlySpan<float> values, float weight, Span<float> sums)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += values[i] * weight;
        }
    }

    public override void ScaleToBytes(ReadOnlySpan<float> values, float scale, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (byte)Math.Clamp(MathF.Round(values[i] * scale, MidpointRounding.ToEven), 0, 255);
        }
    }

    public override void ScaleToBytes(ReadOnlySpan<int> values, float scale, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (byte)Math.Clamp(MathF.Round(values[i] * scale, MidpointRounding.ToEven), 0, 255);
        }
    }

    public override void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            output[i] = AlphaFlattener.Blend(pixels[i], pixels[i | 3], background: 0);
        }
    }

    public override void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset)
    {
        for (int i = 0; i < values.Length; i++)
        {
            output[i] = (values[i] * scale) + offset;
        }
    }

    public override void NormalizePixels(
        ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization)
    {
        int count = pixels.Length / layout.Size;
        for (int plane = 0; plane < 3; plane++)
        {
            int color = layout.Offset(normalization.Color(plane));
            (float scale, float offset) = (normalization.Scale(plane), normalization.Offset(plane));
            Span<float> target = planes.Slice(plane * planeStride, count);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = (pixels[(i * layout.Size) + color] * scale) + offset;
            }
        }
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> PillowArithmetic.PrecisionBits, 0, 255);
}
