namespace ResNet.Net;

/// <summary>Where one output row or column of OpenCV's INTER_LINEAR reads: the source index before it, which may be -1, and the fraction towards the next.</summary>
internal readonly record struct OpenCvTap(int Index, float Fraction)
{
    /// <summary>The scale as cv::resize computes it: the reciprocal of a reciprocal, which decides borderline cases.</summary>
    public static double Scale(int sourceSize, int scaledSize) => 1.0 / ((double)scaledSize / sourceSize);

    /// <summary>Whether both sides shrink to exactly half: cv::resize takes averages of 2x2 pixels then.</summary>
    public static bool IsHalving(in ResizePlan plan) => IsTwo(Scale(plan.SourceWidth, plan.ScaledWidth)) && IsTwo(Scale(plan.SourceHeight, plan.ScaledHeight));

    public static OpenCvTap At(int position, double scale)
    {
        float center = (float)(((position + 0.5) * scale) - 0.5);
        int index = (int)MathF.Floor(center);
        return new OpenCvTap(index, center - index);
    }

    /// <summary>The average of two neighbours, at exactly half size.</summary>
    public static OpenCvTap Halving(int position) => new(2 * position, 0.5f);

    /// <summary>A column: at both edges the fraction is dropped.</summary>
    public OpenCvTap ClampColumn(int sourceSize) => Index < 0 ? new OpenCvTap(0, 0) : Index >= sourceSize - 1 ? new OpenCvTap(sourceSize - 1, 0) : this;

    private static bool IsTwo(double scale) => Math.Abs(scale - 2) < 2.2204460492503131e-16;
}
