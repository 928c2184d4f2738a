namespace ResNet.Net.Samples.Draw;

/// <summary>An image that can be drawn, and the CIFAR-10 class it shows.</summary>
public sealed record Scene(string FileName, string Label, int Width, int Height, Action<Canvas> Draw)
{
    public Canvas Render()
    {
        var canvas = new Canvas(Width, Height);
        Draw(canvas);
        return canvas;
    }
}
