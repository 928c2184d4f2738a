namespace ResNet.Net.Training;

/// <summary>Represents the outcome of training a head.</summary>
internal sealed record HeadTrainingResult
{
    /// <summary>Gets the calibrated head.</summary>
    public required ClassificationHead Head { get; init; }

    /// <summary>Gets the head that the validation images measured: <see cref="Head"/>, unless all images trained that again.</summary>
    public required ClassificationHead ValidatedHead { get; init; }

    /// <summary>Gets the candidates with the validation accuracy and loss of each.</summary>
    public required IReadOnlyList<L2Trial> Trials { get; init; }

    /// <summary>Gets the chosen strength of the L2 penalty.</summary>
    public required double L2 { get; init; }

    /// <summary>Gets the temperature; 1 without calibration.</summary>
    public required double Temperature { get; init; }

    /// <summary>Gets the probability below which an image counts as unknown.</summary>
    public required double UnknownThreshold { get; init; }
}
