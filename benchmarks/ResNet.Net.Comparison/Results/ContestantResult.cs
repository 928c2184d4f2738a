namespace ResNet.Net.Comparison;

/// <summary>Represents the figures of one contestant on one model. A figure that was not measured is <see langword="null"/>.</summary>
internal sealed record ContestantResult
{
    public required string Id { get; init; }

    /// <summary>Gets the name in the tables, as Markdown.</summary>
    public required string Name { get; init; }

    public required ContestantRole Role { get; init; }

    /// <summary>Gets why the contestant has no figures.</summary>
    public string? Skipped { get; init; }

    public double? MedianMilliseconds { get; init; }

    public double? P95Milliseconds { get; init; }

    public double? ImagesPerSecond { get; init; }

    /// <summary>Gets the largest resident memory of the process, in millions of bytes.</summary>
    public double? PeakMegabytes { get; init; }

    /// <summary>Gets the managed bytes that one image at a time allocates.</summary>
    public long? ManagedBytesPerImage { get; init; }

    /// <summary>Gets the time from the start of the process to the first result.</summary>
    public double? StartupMilliseconds { get; init; }

    /// <summary>Gets the preprocessing, one of <see cref="Comparison.Preprocessing"/>.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>Gets the largest difference between a probability and that of this library.</summary>
    public double? LargestProbabilityDifference { get; init; }

    /// <summary>Gets the number of images with the same most probable class.</summary>
    public int? Top1Agreements { get; init; }

    public int? ComparedImages { get; init; }

    public IReadOnlyDictionary<string, string>? Versions { get; init; }
}
