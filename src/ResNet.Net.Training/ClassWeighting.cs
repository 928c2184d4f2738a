namespace ResNet.Net.Training;

/// <summary>Specifies how much an image of a class counts in training.</summary>
public enum ClassWeighting
{
    /// <summary>Every class counts the same: the weight of an image is inversely proportional to the size of its class.</summary>
    Balanced,

    /// <summary>Every image counts the same.</summary>
    None,
}
