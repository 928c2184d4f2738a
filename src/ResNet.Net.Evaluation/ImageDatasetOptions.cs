namespace ResNet.Net.Evaluation;

/// <summary>Represents the options of a dataset. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>Gets the maximum size of an encoded image in bytes, from 1 to 1 GiB.</summary>
    /// <remarks>An archive with a larger entry is rejected when it is opened; a larger file fails when it is read.</remarks>
    /// <value>The default is 64 MiB.</value>
    public int MaxImageBytes { get; init; } = 64 * 1024 * 1024;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxImageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxImageBytes, 1 << 30);
    }
}
