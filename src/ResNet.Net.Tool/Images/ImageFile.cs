namespace ResNet.Net.Tool.Images;

/// <summary>An image that the arguments name.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Name">The name in tables: the path as given, or the path from the given folder on.</param>
internal sealed record ImageFile(string Path, string Name);
