namespace ResNet.Net.Orleans;

/// <summary>Represents the right of one worker to complete one shard, for a limited time.</summary>
public sealed record ShardLease
{
    /// <summary>Gets the job.</summary>
    public required ClassificationJob Job { get; init; }

    /// <summary>Gets the number of the shard in its job, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>Gets the images to classify, by ascending index: all images of the shard, or in a retry those that failed.</summary>
    public required IReadOnlyList<ShardImage> Images { get; init; }

    /// <summary>Gets the name of the worker.</summary>
    public required string Worker { get; init; }

    /// <summary>Gets the number of this attempt on the shard, from 1. A shard that was leased ahead counts once it is started.</summary>
    public required int Attempt { get; init; }

    /// <summary>Gets the value that only this lease has. The database accepts rows only under the current token of the shard.</summary>
    public required string Token { get; init; }

    /// <summary>Gets the index of the first image of the shard.</summary>
    internal long FirstImage { get; init; }

    /// <summary>Gets the number of images of the shard.</summary>
    internal int ImageCount { get; init; }

    /// <summary>Gets whether the shard has rows already, and only its failed images are classified again.</summary>
    internal bool IsRetry { get; init; }
}
