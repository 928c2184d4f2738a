namespace ResNet.Net;

/// <summary>Represents the center crop that becomes the model's input.</summary>
/// <param name="Width">The number of columns, at least 1.</param>
/// <param name="Height">The number of rows, at least 1.</param>
/// <param name="Rounding">The rounding of the left and top offsets.</param>
public sealed record CropRule(int Width, int Height, CropRounding Rounding = CropRounding.Floor)
{
    internal int Left(int scaledWidth) => Offset(scaledWidth, Width);

    internal int Top(int scaledHeight) => Offset(scaledHeight, Height);

    private int Offset(int size, int crop) => Rounding switch
    {
        CropRounding.Floor => (size - crop) / 2,
        CropRounding.FloorOfHalves => (size / 2) - (crop / 2),
        _ => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven),
    };
}
