namespace ResNet.Net;

/// <summary>
/// Reproduces OpenCV's INTER_AREA on bytes (imgproc/resize.cpp): each output pixel is the average of the source area that it covers, with
/// partial weights for pixels at its edges. Sums are float32 in OpenCV's order, without fused operations, like its builds for x64; at whole
/// scales they are integers. Computes only the rows and columns of the crop.
/// </summary>
internal static class OpenCvArea
{
    public static void Resample(
        in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        double scaleX = OpenCvTap.Scale(plan.SourceWidth, plan.ScaledWidth);
        double scaleY = OpenCvTap.Scale(plan.SourceHeight, plan.ScaledHeight);
        if (scaleX < 1 || scaleY < 1 || OpenCvTap.RuleFor(plan, Interpolation.OpenCvArea) == OpenCvTapRule.Halving)
        {
            OpenCvBilinear.Resample(source, plan, Interpolation.OpenCvArea, output, kernels, scratch);
            return;
        }

        int planes = PixelLayout.Of(source.Format).PlaneCount;
        int planeStride = kernels.PlaneStride(plan.Width);
        int rowStride = kernels.RowStride(checked(planes * planeStride));
        Span<byte> result = scratch.Row(rowStride);
        int resultStride = planes == 1 ? 0 : planeStride;
        if (OpenCvTap.IsInteger(scaleX) && OpenCvTap.IsInteger(scaleY))
        {
            AverageBlocks(source, plan, (int)Math.Round(scaleX), (int)Math.Round(scaleY), output, result, resultStride, kernels, scratch);
        }
        else
        {
            AverageAreas(source, plan, scaleX, scaleY, output, result, resultStride, kernels, scratch);
        }
    }

    private static void AverageBlocks(
        in PixelView source,
        in ResizePlan plan,
        int blockWidth,
        int blockHeight,
        in TensorWriter output,
        Span<byte> result,
        int resultStride,
        PreprocessingKernels kernels,
        PreprocessingScratch scratch)
    {
        int planeStride = kernels.PlaneStride(plan.Width);
        float scale = 1f / (blockWidth * blockHeight);
        Span<int> sums = scratch.Weights(result.Length);
        for (int y = 0; y < plan.Height; y++)
        {
            sums.Clear();
            for (int k = 0; k < blockHeight; k++)
            {
                PixelView row = AlphaFlattener.FlattenRows(source, ((plan.Top + y) * blockHeight) + k, 1, kernels, scratch);
                kernels.AddBlocks(row, plan.Left * blockWidth, blockWidth, plan.Width, sums, planeStride);
            }

            kernels.ScaleToBytes(sums, scale, result);
            output.Write(y, result, resultStride);
        }
    }

    private static void AverageAreas(
        in PixelView source,
        in ResizePlan plan,
        double scaleX,
        double scaleY,
        in TensorWriter output,
        Span<byte> result,
        int resultStride,
        PreprocessingKernels kernels,
        PreprocessingScratch scratch)
    {
        int columnTaps = AreaTable.MaxTaps(scaleX);
        int columnWeights = checked(plan.Width * columnTaps);
        int rowTaps = AreaTable.MaxTaps(scaleY);
        Span<int> positions = scratch.Taps(checked(2 * (plan.Width + plan.Height)), Interpolation.OpenCvArea, plan, out bool isCached);
        Span<float> weights = scratch.Fractions(checked(columnWeights + (plan.Height * rowTaps)));
        AreaTable columns = new(positions[..(2 * plan.Width)], weights[..columnWeights], columnTaps);
        AreaTable rows = new(positions[(2 * plan.Width)..], weights[columnWeights..], rowTaps);
        if (!isCached)
        {
            columns.Fill(plan.Left, plan.SourceWidth, scaleX);
            rows.Fill(plan.Top, plan.SourceHeight, scaleY);
            scratch.CommitTaps(Interpolation.OpenCvArea, plan);
        }

        int planeStride = kernels.PlaneStride(plan.Width);
        Span<float> buffer = scratch.Floats(checked(2 * result.Length));
        Span<float> row = buffer[..result.Length];
        Span<float> sums = buffer[result.Length..];
        row.Clear();
        int summed = -1;
        for (int y = 0; y < plan.Height; y++)
        {
            sums.Clear();
            ReadOnlySpan<float> rowWeights = rows.Weights(y);
            for (int k = 0; k < rowWeights.Length; k++)
            {
                // The last row of an area is often the first one of the next.
                if (rows.Start(y) + k != summed)
                {
                    summed = rows.Start(y) + k;
                    kernels.SumAreas(AlphaFlattener.FlattenRows(source, summed, 1, kernels, scratch), columns, row, planeStride);
                }

                kernels.AddWeighted(row, rowWeights[k], sums);
            }

            kernels.ScaleToBytes(sums, 1, result);
            output.Write(y, result, resultStride);
        }
    }
}
