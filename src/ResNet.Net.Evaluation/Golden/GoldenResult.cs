namespace ResNet.Net.Evaluation;

/// <summary>Represents the result of one dataset.</summary>
public sealed record GoldenResult
{
    /// <summary>Gets the dataset's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Gets the largest <c>|actual - expected|</c>; infinity if an output is not finite, NaN if the shapes differ.</summary>
    public required double MaxDifference { get; init; }

    /// <summary>Gets <see cref="MaxDifference"/> divided by the largest expected magnitude.</summary>
    public required double MaxRelativeDifference { get; init; }

    /// <summary>Gets the allowed difference of the element that is closest to its limit, or exceeds it most.</summary>
    public required double Allowed { get; init; }

    /// <summary>Gets the largest ratio of difference to allowed difference. Up to 1 is within the tolerance.</summary>
    public required double Used { get; init; }

    /// <summary>Gets whether the best class is the expected one. It doesn't affect <see cref="Passed"/>.</summary>
    /// <remarks>Test inputs may be noise, whose best classes are nearly tied.</remarks>
    public required bool Top1Agrees { get; init; }

    /// <summary>Gets whether the best five classes are the expected ones, in any order.</summary>
    /// <remarks>It doesn't affect <see cref="Passed"/>.</remarks>
    public required bool Top5Agrees { get; init; }

    /// <summary>Gets a description of the failure that names the element; null if the output is within the tolerance.</summary>
    public required string? Failure { get; init; }

    /// <summary>Gets whether the output has the expected shape and is within the tolerance.</summary>
    public bool Passed => Failure is null;
}
