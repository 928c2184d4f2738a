namespace ResNet.Net;

/// <summary>A part of an image, in pixels from its upper left corner; edges may lie within pixels.</summary>
/// <param name="Left">Its left edge.</param>
/// <param name="Top">Its upper edge.</param>
/// <param name="Width">From its left to its right edge.</param>
/// <param name="Height">From its upper to its lower edge.</param>
public readonly record struct ImageRegion(double Left, double Top, double Width, double Height);
