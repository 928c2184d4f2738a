using System.Runtime.CompilerServices;

namespace ResNet.Net;

/// <summary>
/// Reproduces Pillow's antialiased resampling (libImaging/Resample.c): a filter whose support grows with the scale, weights in 22-bit fixed
/// point, and a horizontal followed by a vertical pass with bytes between them. Computes only the rows and columns of the crop. The passes
/// alternate, so that the intermediate rows stay in the cache.
/// </summary>
/// <typeparam name="TFilter">The filter.</typeparam>
internal static class PillowResampler<TFilter>
    where TFilter : struct, IPillowFilter
{
    public static void Resample(
        in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        int columnTaps = TapCount(plan.SourceWidth, plan.ScaledWidth);
        int rowTaps = TapCount(plan.SourceHeight, plan.ScaledHeight);
        int columnLength = checked(plan.Width * TapTable.EntryLength(columnTaps));
        int length = checked(columnLength + (plan.Height * TapTable.EntryLength(rowTaps)));
        Span<int> taps = scratch.Taps(length, TFilter.Interpolation, plan, out bool isCached);
        TapTable columns = new(taps[..columnLength], columnTaps);
        TapTable rows = new(taps[columnLength..], rowTaps);
        if (!isCached)
        {
            ComputeWeights(columns, columnTaps, plan.SourceWidth, plan.ScaledWidth, plan.Left, scratch);
            ComputeWeights(rows, rowTaps, plan.SourceHeight, plan.ScaledHeight, plan.Top, scratch);
            scratch.CommitTaps(TFilter.Interpolation, plan);
        }

        int planes = PixelLayout.Of(source.Format).PlaneCount;
        int planeStride = kernels.PlaneStride(plan.Width);
        int rowStride = kernels.RowStride(checked(planes * planeStride));
        int blockRows = kernels.RowsPerBlock;

        // Capacity for the rows of one output row and for two blocks, so that rows rarely move. The extra row is only read with weight 0.
        int capacity = rowTaps + (2 * blockRows);
        Span<byte> buffer = scratch.Rows(checked((capacity + 1) * rowStride));
        Span<byte> result = scratch.Row(rowStride);
        int first = rows.First;
        int filled = 0;
        for (int y = 0; y < plan.Height; y++)
        {
            int start = rows.Start(y);
            int end = start + rows.Length(y);
            while (first + filled < end)
            {
                if (filled + blockRows > capacity)
                {
                    int kept = first + filled - start;
                    buffer.Slice((filled - kept) * rowStride, kept * rowStride).CopyTo(buffer);
                    (first, filled) = (start, kept);
                }

                int count = Math.Min(blockRows, rows.End - (first + filled));
                PixelView block = AlphaFlattener.FlattenRows(source, first + filled, count, kernels, scratch);
                Span<byte> target = buffer.Slice(filled * rowStride, blockRows * rowStride);
                kernels.ResampleColumns(block, columns, target, planeStride, rowStride, scratch);
                filled += count;
            }

            kernels.WeightedSum(buffer[((start - first) * rowStride)..], rowStride, rows, y, result);
            output.Write(y, result, planes == 1 ? 0 : planeStride);
        }
    }

    private static double FilterScale(int sourceSize, int scaledSize) => Math.Max((double)sourceSize / scaledSize, 1.0);

    private static int TapCount(int sourceSize, int scaledSize)
        => ((int)Math.Ceiling(TFilter.Support * FilterScale(sourceSize, scaledSize)) * 2) + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeWeights(in TapTable table, int taps, int sourceSize, int scaledSize, int first, PreprocessingScratch scratch)
    {
        double scale = (double)sourceSize / scaledSize;
        double filterScale = FilterScale(sourceSize, scaledSize);
        double support = TFilter.Support * filterScale;
        double inverse = 1.0 / filterScale;
        Span<double> exact = scratch.Doubles(taps);
        Span<int> weights = scratch.Weights(taps);
        for (int i = 0; i < table.Count; i++)
        {
            double center = (first + i + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int length = Math.Min((int)(center + support + 0.5), sourceSize) - start;
            double sum = 0;
            for (int k = 0; k < length; k++)
            {
                exact[k] = TFilter.Weight(Math.Abs((k + start - center + 0.5) * inverse));
                sum += exact[k];
            }

            for (int k = 0; k < length; k++)
            {
                double weight = sum != 0 ? exact[k] / sum : exact[k];
                weights[k] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PillowArithmetic.PrecisionBits)));
            }

            table.Set(i, start, weights[..length]);
        }
    }
}
