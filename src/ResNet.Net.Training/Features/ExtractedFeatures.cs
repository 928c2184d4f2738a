using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Represents the features of the images of a dataset.</summary>
/// <param name="Features">
/// The vectors: <paramref name="ViewsPerImage"/> consecutive rows per image; the first is the classifier's view.
/// </param>
/// <param name="ViewsPerImage">The number of rows of each image.</param>
/// <param name="Images">The images that could be decoded, in order.</param>
/// <param name="Hashes">The SHA-256 of the file of each of these images.</param>
/// <param name="Failed">The images that could not be read or decoded.</param>
internal sealed record ExtractedFeatures(
    FeatureMatrix Features,
    int ViewsPerImage,
    IReadOnlyList<LabeledImage> Images,
    IReadOnlyList<byte[]> Hashes,
    IReadOnlyList<FailedImage> Failed);
