namespace ResNet.Net;

/// <summary>What became of one data set.</summary>
public sealed record GoldenResult
{
    /// <summary>The data set's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>The largest <c>|actual - expected|</c>; infinite when an output is not finite, NaN when the shapes differ.</summary>
    public required double MaxDifference { get; init; }

    /// <summary><see cref="MaxDifference"/> as a part of the largest magnitude expected in the output.</summary>
    public required double MaxRelativeDifference { get; init; }

    /// <summary>The difference that was allowed for the element that used most of it.</summary>
    public required double Allowed { get; init; }

    /// <summary>How much of what was allowed the element used that used most of it: up to 1 is within the tolerance.</summary>
    public required double Used { get; init; }

    /// <summary>Whether the best class is the expected one. It decides nothing: inputs of test data may be noise, and close to a tie.</summary>
    public required bool Top1Agrees { get; init; }

    /// <summary>Whether the best five classes are the expected ones, in whatever order. It decides nothing.</summary>
    public required bool Top5Agrees { get; init; }

    /// <summary>What is wrong, naming the element; null when the output is within the tolerance.</summary>
    public required string? Failure { get; init; }

    /// <summary>Whether the output has the expected shape, and every element of it is within the tolerance.</summary>
    public bool Passed => Failure is null;
}
