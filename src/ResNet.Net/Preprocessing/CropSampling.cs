namespace ResNet.Net;

/// <summary>Specifies which crops of the resampled image the model evaluates.</summary>
public enum CropSampling
{
    /// <summary>The center crop; one model run per image.</summary>
    Center,

    /// <summary>
    /// Ten crops: the four corners, the center, and the mirror image of each. Their probabilities are averaged (Krizhevsky et al. 2012,
    /// section 4.1; "10-crop" in He et al. 2015, table 3). Slightly more accurate at ten times the model runs. The image is decoded and
    /// resampled once.
    /// </summary>
    TenCrop,
}
