namespace ResNet.Net.Training;

/// <summary>Represents an image that could not be read or decoded and was left out.</summary>
/// <param name="Name">The image's name in its dataset.</param>
/// <param name="Error">What is wrong.</param>
public sealed record FailedImage(string Name, string Error);
