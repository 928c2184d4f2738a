namespace ResNet.Net.Training;

/// <summary>Represents feature vectors with their classes.</summary>
/// <param name="Features">The vectors. The views of an image are consecutive rows; the first is the view that the classifier sees.</param>
/// <param name="ViewsPerImage">The number of rows of each image.</param>
/// <param name="Classes">The classes of each image: one for softmax, any number for independent classes.</param>
/// <param name="ClassCount">The number of classes.</param>
/// <param name="IsMultiLabel">Whether classes are independent.</param>
internal sealed record TrainingSet(
    FeatureMatrix Features, int ViewsPerImage, IReadOnlyList<int>[] Classes, int ClassCount, bool IsMultiLabel)
{
    public int ImageCount => Classes.Length;
}
