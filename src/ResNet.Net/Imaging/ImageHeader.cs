namespace ResNet.Net;

/// <summary>Represents what the header of an encoded image says about it.</summary>
/// <param name="Format">The name of the format, such as <c>JPEG</c>, for error messages.</param>
/// <param name="Width">The number of columns as stored, before the image is turned upright.</param>
/// <param name="Height">The number of rows as stored.</param>
/// <param name="Orientation">
/// The EXIF orientation, 1 (upright) to 8; other values mean 1. A decoder that turns images upright itself passes 1.
/// </param>
public readonly record struct ImageHeader(string Format, int Width, int Height, int Orientation = 1);
