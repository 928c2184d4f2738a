namespace ResNet.Net;

/// <summary>Represents the two passes of an OpenCV resampler: along the columns of a source row, and between two such rows.</summary>
/// <typeparam name="T">The type of the values between the passes.</typeparam>
internal interface IOpenCvPasses<T>
{
    /// <summary>Resamples a source row without alpha along its columns.</summary>
    void InterpolateColumns(in PixelView row, Span<T> output);

    /// <summary>Interpolates between two resampled rows and writes row <paramref name="y"/> of the tensor.</summary>
    void WriteRow(int y, ReadOnlySpan<T> upper, ReadOnlySpan<T> lower, float fraction);
}

/// <summary>
/// Computes the rows of the crop for both OpenCV resamplers. Each output row lies between two source rows; a source row is resampled along
/// its columns once and reused by the output rows that follow.
/// </summary>
internal static class OpenCvRowLoop
{
    /// <param name="source">The image.</param>
    /// <param name="plan">The geometry.</param>
    /// <param name="rule">The placement of the rows.</param>
    /// <param name="passes">The passes; a struct, so that the loop is compiled for each resampler.</param>
    /// <param name="rows">The memory for two resampled rows, one after the other.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="scratch">The scratch memory of the slot.</param>
    public static void Run<TPasses, T>(
        in PixelView source,
        in ResizePlan plan,
        OpenCvTapRule rule,
        TPasses passes,
        Span<T> rows,
        PreprocessingKernels kernels,
        PreprocessingScratch scratch)
        where TPasses : struct, IOpenCvPasses<T>, allows ref struct
    {
        Span<T> upper = rows[..(rows.Length / 2)];
        Span<T> lower = rows[(rows.Length / 2)..];
        (int upperIndex, int lowerIndex) = (-1, -1);
        for (int y = 0; y < plan.Height; y++)
        {
            OpenCvTap tap = OpenCvTap.AtRow(y, plan, rule);
            int first = Math.Clamp(tap.Index, 0, plan.SourceHeight - 1);
            int second = Math.Clamp(tap.Index + 1, 0, plan.SourceHeight - 1);
            if (first != upperIndex && first == lowerIndex)
            {
                Span<T> swap = upper;
                upper = lower;
                lower = swap;
                (upperIndex, lowerIndex) = (lowerIndex, upperIndex);
            }

            if (first != upperIndex)
            {
                passes.InterpolateColumns(AlphaFlattener.FlattenRows(source, first, 1, kernels, scratch), upper);
                upperIndex = first;
            }

            if (second != lowerIndex)
            {
                passes.InterpolateColumns(AlphaFlattener.FlattenRows(source, second, 1, kernels, scratch), lower);
                lowerIndex = second;
            }

            passes.WriteRow(y, upper, lower, tap.Fraction);
        }
    }
}
