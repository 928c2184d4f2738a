namespace ResNet.Net.Evaluation;

/// <summary>Represents the options of a dataset. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>Gets the maximum size of an encoded image in bytes, from 1 to 1 GiB.</summary>
    /// <remarks>An archive with a larger entry is rejected when it is opened; a larger file fails when it is read.</remarks>
    /// <value>The default is 64 MiB.</value>
    public int MaxImageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets whether classes are independent, so that an image may have several of them or none.</summary>
    /// <remarks>
    /// A list that has several labels on a line, separated by <c>;</c>, is multi-label in any case. Set this if every image happens to have
    /// exactly one class.
    /// </remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool MultiLabel { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxImageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxImageBytes, 1 << 30);
    }
}
