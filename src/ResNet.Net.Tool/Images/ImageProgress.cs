namespace ResNet.Net.Tool.Images;

/// <summary>The progress of work on many images.</summary>
/// <param name="Done">The images that are done, including failed ones and those of an earlier run.</param>
/// <param name="Total">All images.</param>
/// <param name="Failed">The images that could not be read or decoded.</param>
/// <param name="Resumed">The images of an earlier run.</param>
/// <param name="Elapsed">The time since this run started.</param>
internal sealed record ImageProgress(long Done, long Total, long Failed, long Resumed, TimeSpan Elapsed)
{
    /// <summary>The mean speed of this run; 0 before the first images are done.</summary>
    public double PerSecond => Elapsed > TimeSpan.Zero ? (Done - Resumed) / Elapsed.TotalSeconds : 0;

    /// <summary>The remaining time at this speed; null before the speed is known.</summary>
    public TimeSpan? Remaining => PerSecond > 0 ? TimeSpan.FromSeconds((Total - Done) / PerSecond) : null;
}
