namespace ResNet.Net.Evaluation;

/// <summary>Represents the limits for reading a test-data archive. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record GoldenArchiveLimits
{
    /// <summary>Gets the maximum number of entries including folders, from 1.</summary>
    /// <value>The default is 1000.</value>
    public int MaxEntries { get; init; } = 1000;

    /// <summary>Gets the maximum size of a tensor file in bytes, from 1.</summary>
    /// <value>The default is 4 MiB. An input of the zoo's models, 3x224x224 floats, has 0.6 MB.</value>
    public long MaxTensorBytes { get; init; } = 4 << 20;

    /// <summary>Gets the maximum size of all tensor files together in bytes, from 1. The tensors stay in memory.</summary>
    /// <value>The default is 64 MiB. The zoo's archives have less than 4 MB of tensors each.</value>
    public long MaxTotalTensorBytes { get; init; } = 64 << 20;

    /// <summary>Gets the maximum size of the uncompressed archive in bytes, from 1.</summary>
    /// <value>The default is 512 MiB. The zoo's archives include the model, which has at most 242 MB.</value>
    public long MaxTotalBytes { get; init; } = 512 << 20;

    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTensorBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxTensorBytes, Array.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTotalTensorBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTotalBytes, 1);
    }
}
