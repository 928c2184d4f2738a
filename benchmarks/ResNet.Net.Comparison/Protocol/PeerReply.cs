namespace ResNet.Net.Comparison;

/// <summary>
/// Represents a reply of a contestant's process: one line of JSON on its standard output. Only the fields of the request are set.
/// </summary>
internal sealed record PeerReply
{
    /// <summary>Gets whether this is the first line, written after the first photo is classified.</summary>
    public bool Ready { get; init; }

    public string? Preprocessing { get; init; }

    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    public PeerPrediction[]? Top { get; init; }

    public double[]? Milliseconds { get; init; }

    public double? Seconds { get; init; }

    /// <summary>Gets the managed bytes that the request allocated; <see langword="null"/> for contestants outside .NET.</summary>
    public long? AllocatedBytes { get; init; }

    public float[][]? Scores { get; init; }

    /// <summary>Gets why the contestant cannot run the model.</summary>
    public string? Error { get; init; }
}
