namespace ResNet.Net;

/// <summary>How much an archive of test data may hold. Immutable: change it by <c>with</c>.</summary>
public sealed record GoldenArchiveLimits
{
    /// <summary>The most entries, folders included, from 1.</summary>
    /// <value>1000.</value>
    public int MaxEntries { get; init; } = 1000;

    /// <summary>The most bytes of a tensor's file, from 1.</summary>
    /// <value>4 MiB: an input of the zoo's models, 3x224x224 floats, has 0.6 MB.</value>
    public long MaxTensorBytes { get; init; } = 4 << 20;

    /// <summary>The most bytes of the whole archive once it is decompressed, from 1; reading stops there.</summary>
    /// <value>512 MiB: the zoo's archives hold the model too, 242 MB at most.</value>
    public long MaxTotalBytes { get; init; } = 512 << 20;

    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTensorBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxTensorBytes, Array.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTotalBytes, 1);
    }
}
