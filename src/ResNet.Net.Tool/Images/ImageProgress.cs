namespace ResNet.Net.Samples.Support;

/// <summary>How far many pictures are.</summary>
/// <param name="Done">Those that are done, failed ones and those of an earlier run included.</param>
/// <param name="Total">All.</param>
/// <param name="Failed">Those that could not be read or decoded.</param>
/// <param name="Resumed">Those of an earlier run.</param>
/// <param name="Elapsed">Since this run began.</param>
internal sealed record PictureProgress(long Done, long Total, long Failed, long Resumed, TimeSpan Elapsed)
{
    /// <summary>The mean speed of this run; 0 before the first pictures are done.</summary>
    public double PerSecond => Elapsed > TimeSpan.Zero ? (Done - Resumed) / Elapsed.TotalSeconds : 0;

    /// <summary>The time that is left at this speed; null before it is known.</summary>
    public TimeSpan? Remaining => PerSecond > 0 ? TimeSpan.FromSeconds((Total - Done) / PerSecond) : null;
}
