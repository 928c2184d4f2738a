namespace ResNet.Net;

/// <summary>Specifies how cv::resize places the two source rows or columns of an output row or column.</summary>
internal enum OpenCvTapRule
{
    /// <summary>INTER_LINEAR: the pixel centers of both images coincide.</summary>
    Linear,

    /// <summary>INTER_LINEAR and INTER_AREA at exactly half size: two neighbors are averaged.</summary>
    Halving,

    /// <summary>INTER_AREA when a side grows: the pixels keep their color up to their edges, where they are interpolated.</summary>
    Area,
}

/// <summary>Represents the source position of an output row or column of cv::resize with two taps.</summary>
/// <param name="Index">The source row or column before the position; -1 before the first.</param>
/// <param name="Fraction">The distance from there toward the next one, from 0 to 1.</param>
internal readonly record struct OpenCvTap(int Index, float Fraction)
{
    private const double Epsilon = 2.2204460492503131e-16;

    /// <summary>Gets the scale as cv::resize computes it: the reciprocal of a reciprocal, which decides borderline cases.</summary>
    public static double Scale(int sourceSize, int scaledSize) => 1.0 / ((double)scaledSize / sourceSize);

    /// <summary>Determines whether cv::resize takes a scale for a whole number.</summary>
    public static bool IsInteger(double scale) => Math.Abs(scale - Math.Round(scale)) < Epsilon;

    /// <summary>Gets the rule for a geometry. If both sides shrink to exactly half, cv::resize averages blocks of 2x2 pixels.</summary>
    public static OpenCvTapRule RuleFor(in ResizePlan plan, Interpolation interpolation)
        => IsTwo(Scale(plan.SourceWidth, plan.ScaledWidth)) && IsTwo(Scale(plan.SourceHeight, plan.ScaledHeight)) ? OpenCvTapRule.Halving
            : interpolation == Interpolation.OpenCvArea ? OpenCvTapRule.Area
            : OpenCvTapRule.Linear;

    /// <summary>Gets the tap of an output row or column of the whole image.</summary>
    public static OpenCvTap At(int position, int sourceSize, int scaledSize, OpenCvTapRule rule)
    {
        double scale = Scale(sourceSize, scaledSize);
        switch (rule)
        {
            case OpenCvTapRule.Halving:
                return new OpenCvTap(2 * position, 0.5f);
            case OpenCvTapRule.Area:
                int start = (int)Math.Floor(position * scale);
                float fraction = (float)(position + 1 - ((start + 1) * ((double)scaledSize / sourceSize)));
                return new OpenCvTap(start, fraction <= 0 ? 0 : fraction - MathF.Floor(fraction));
            default:
                float center = (float)(((position + 0.5) * scale) - 0.5);
                int index = (int)MathF.Floor(center);
                return new OpenCvTap(index, center - index);
        }
    }

    /// <summary>Gets the tap of a column of the crop. At both edges of the image the fraction is dropped.</summary>
    public static OpenCvTap AtColumn(int column, in ResizePlan plan, OpenCvTapRule rule)
    {
        OpenCvTap tap = At(plan.Left + column, plan.SourceWidth, plan.ScaledWidth, rule);
        int last = plan.SourceWidth - 1;
        return rule == OpenCvTapRule.Halving ? tap
            : tap.Index < 0 ? new OpenCvTap(0, 0)
            : tap.Index >= last ? new OpenCvTap(last, 0)
            : tap;
    }

    /// <summary>Gets the tap of a row of the crop.</summary>
    public static OpenCvTap AtRow(int row, in ResizePlan plan, OpenCvTapRule rule)
        => At(plan.Top + row, plan.SourceHeight, plan.ScaledHeight, rule);

    private static bool IsTwo(double scale) => Math.Abs(scale - 2) < Epsilon;
}
