namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>A part of the canvas.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;
}
