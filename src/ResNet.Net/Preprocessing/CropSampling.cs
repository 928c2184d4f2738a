namespace ResNet.Net;

/// <summary>Which crops of a resampled image the model sees.</summary>
public enum CropSampling
{
    /// <summary>The center crop: one run of the model an image.</summary>
    Center,

    /// <summary>
    /// Ten crops: top left, top right, bottom left, bottom right, center, and the mirror images of these; their probabilities are averaged
    /// (Krizhevsky et al. 2012, section 4.1; "10-crop" of He et al. 2015, table 3). A little more accurate for ten times the work. The image is
    /// decoded and resampled once.
    /// </summary>
    TenCrop,
}
