namespace ResNet.Net.Orleans;

/// <summary>Represents a silo that runs: a process of the cluster.</summary>
/// <param name="Name">The name.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="Address">The address and port at which other silos reach it, and the number of its start.</param>
/// <param name="StartedAt">When it joined, by the clock of the database.</param>
/// <param name="LastSeenAt">When it last reported, by the clock of the database.</param>
public sealed record ClusterSilo(string Name, string Host, string Address, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt);
