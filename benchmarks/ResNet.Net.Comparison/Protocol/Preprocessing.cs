namespace ResNet.Net.Comparison;

/// <summary>Defines the preprocessing of contestants. Probabilities are compared only if it is the same.</summary>
internal static class Preprocessing
{
    /// <summary>Antialiased bilinear as in Pillow, short side 256 pixels, crop 224x224, ImageNet mean and standard deviation.</summary>
    public const string PillowBilinear = "pillow-bilinear";

    /// <summary>Like <see cref="PillowBilinear"/>, with the bilinear filter of OpenCV, which is not antialiased.</summary>
    public const string OpenCvBilinear = "opencv-bilinear";

    /// <summary>A recipe that only this contestant has.</summary>
    public const string Own = "own";

    /// <summary>No comparable probabilities.</summary>
    public const string None = "none";
}
