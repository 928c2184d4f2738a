namespace ResNet.Net.Evaluation;

/// <summary>What a data set accepts. Immutable: change it by <c>with</c>.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>The most bytes that an encoded picture may have, from 1 to 1 GiB. An archive with a larger entry is refused; a larger file fails when it is read.</summary>
    /// <value>64 MiB.</value>
    public int MaxPictureBytes { get; init; } = 64 * 1024 * 1024;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPictureBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPictureBytes, 1 << 30);
    }
}
