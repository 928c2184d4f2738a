namespace ResNet.Net;

/// <summary>Represents the source position of an output row or column of OpenCV's INTER_LINEAR.</summary>
/// <param name="Index">The source row or column before the position; -1 before the first.</param>
/// <param name="Fraction">The distance from there toward the next one, from 0 to 1.</param>
internal readonly record struct OpenCvTap(int Index, float Fraction)
{
    /// <summary>Gets the scale as cv::resize computes it: the reciprocal of a reciprocal, which decides borderline cases.</summary>
    public static double Scale(int sourceSize, int scaledSize) => 1.0 / ((double)scaledSize / sourceSize);

    /// <summary>Determines whether both sides shrink to exactly half, in which case cv::resize averages blocks of 2x2 pixels.</summary>
    public static bool IsHalving(in ResizePlan plan)
        => IsTwo(Scale(plan.SourceWidth, plan.ScaledWidth)) && IsTwo(Scale(plan.SourceHeight, plan.ScaledHeight));

    public static OpenCvTap At(int position, double scale)
    {
        float center = (float)(((position + 0.5) * scale) - 0.5);
        int index = (int)MathF.Floor(center);
        return new OpenCvTap(index, center - index);
    }

    /// <summary>Gets the tap that averages two neighbors, at exactly half size.</summary>
    public static OpenCvTap Halving(int position) => new(2 * position, 0.5f);

    /// <summary>Gets the tap of a column of the crop. At both edges of the image the fraction is dropped.</summary>
    public static OpenCvTap AtColumn(int column, in ResizePlan plan, bool isHalving, double scale)
    {
        if (isHalving)
        {
            return Halving(plan.Left + column);
        }

        OpenCvTap tap = At(plan.Left + column, scale);
        int last = plan.SourceWidth - 1;
        return tap.Index < 0 ? new OpenCvTap(0, 0) : tap.Index >= last ? new OpenCvTap(last, 0) : tap;
    }

    private static bool IsTwo(double scale) => Math.Abs(scale - 2) < 2.2204460492503131e-16;
}
