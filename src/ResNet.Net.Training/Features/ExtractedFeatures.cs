using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Represents the features of images.</summary>
/// <param name="Features">The raw features. The views of an image are consecutive rows; the first is the view of the classifier.</param>
/// <param name="ViewsPerImage">The number of rows of each image.</param>
/// <param name="Images">The images that succeeded, in order.</param>
/// <param name="Hashes">The SHA-256 of the file of each image.</param>
/// <param name="Failed">The images that could not be read or decoded, in order.</param>
internal sealed record ExtractedFeatures(
    FeatureMatrix Features,
    int ViewsPerImage,
    IReadOnlyList<LabeledImage> Images,
    IReadOnlyList<byte[]> Hashes,
    IReadOnlyList<FailedImage> Failed);
