namespace ResNet.Net.Comparison;

/// <summary>Represents the figures of all contestants on one model.</summary>
internal sealed record ModelResult
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<ContestantResult> Contestants { get; init; }

    /// <summary>Returns the best contestant of a role, or <see langword="null"/> if none was measured.</summary>
    public ContestantResult? Best(ContestantRole role, Figure figure)
    {
        IEnumerable<ContestantResult> measured = Contestants.Where(c => c.Role == role && figure.Of(c) is not null);
        return figure.LargerIsBetter ? measured.MaxBy(figure.Of) : measured.MinBy(figure.Of);
    }
}
