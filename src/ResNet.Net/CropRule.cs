namespace ResNet.Net;

/// <summary>The centre crop that becomes the model's input.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Origin">How its left and top are rounded.</param>
public sealed record CropRule(int Width, int Height, CropOrigin Origin = CropOrigin.Floor)
{
    internal int Left(int scaledWidth) => Start(scaledWidth, Width);

    internal int Top(int scaledHeight) => Start(scaledHeight, Height);

    private int Start(int size, int crop) => Origin switch
    {
        CropOrigin.Floor => (size - crop) / 2,
        CropOrigin.FloorOfHalves => (size / 2) - (crop / 2),
        _ => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven),
    };
}
