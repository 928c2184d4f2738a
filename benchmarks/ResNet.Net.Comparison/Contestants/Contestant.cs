namespace ResNet.Net.Comparison;

/// <summary>Represents a contestant: its name in the tables, how its process is prepared, and what is measured.</summary>
internal sealed record Contestant(string Id, string Name, ContestantRole Role, Func<ContestantProcess> Prepare, string Variant = "")
{
    /// <summary>Gets whether one image at a time is measured.</summary>
    public bool MeasuresLatency { get; init; } = true;
}

/// <summary>Specifies what a contestant stands for in the comparison.</summary>
internal enum ContestantRole
{
    Peer,
    Ours,
    Floor,
}
