namespace ResNet.Net;

/// <summary>Represents a rectangle in an image, in pixels from the upper left corner. Its edges can lie within pixels.</summary>
/// <param name="Left">The left edge.</param>
/// <param name="Top">The top edge.</param>
/// <param name="Width">The width.</param>
/// <param name="Height">The height.</param>
public readonly record struct ImageRegion(double Left, double Top, double Width, double Height);
