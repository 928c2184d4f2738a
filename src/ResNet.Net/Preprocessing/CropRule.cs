namespace ResNet.Net;

/// <summary>The center crop that becomes the model's input.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Origin">How its left and top are rounded.</param>
public sealed record CropRule(int Width, int Height, CropRounding Origin = CropRounding.Floor)
{
    internal int Left(int scaledWidth) => Start(scaledWidth, Width);

    internal int Top(int scaledHeight) => Start(scaledHeight, Height);

    private int Start(int size, int crop) => Origin switch
    {
        CropRounding.Floor => (size - crop) / 2,
        CropRounding.FloorOfHalves => (size / 2) - (crop / 2),
        _ => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven),
    };
}
