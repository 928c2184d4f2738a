namespace ResNet.Net.Samples.Support;

/// <summary>A picture among those that the arguments name.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">What a table calls it: the path as given, or from the folder on that was given.</param>
internal sealed record PictureFile(string Path, string Name);
