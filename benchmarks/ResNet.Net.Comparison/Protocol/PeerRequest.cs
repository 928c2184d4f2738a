namespace ResNet.Net.Comparison;

/// <summary>Represents a request to a contestant's process: one line of JSON on its standard input.</summary>
/// <param name="Command">One of the commands below.</param>
/// <param name="From">The index of the first photo.</param>
/// <param name="Count">The number of photos. Indices wrap around at the end of the list.</param>
/// <param name="Preprocessing">For <see cref="Scores"/>: the preprocessing.</param>
internal sealed record PeerRequest(string Command, int From, int Count, string? Preprocessing = null)
{
    /// <summary>Classifies one photo after another and returns the time of each.</summary>
    public const string Latency = "latency";

    /// <summary>Classifies all photos together and returns the total time.</summary>
    public const string Throughput = "throughput";

    /// <summary>Returns the probabilities of all classes for each photo.</summary>
    public const string Scores = "scores";
}
