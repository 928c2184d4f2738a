namespace ResNet.Net.Training;

/// <summary>Specifies the views of each training image that train the classification layer.</summary>
public enum ImageAugmentation
{
    /// <summary>The image as the classifier sees it. One model run per image.</summary>
    None,

    /// <summary>The image and its mirror image. Two model runs per image.</summary>
    Flips,

    /// <summary>The image, four crops, and the mirror image of each. Ten model runs per image.</summary>
    FlipsAndCrops,
}
