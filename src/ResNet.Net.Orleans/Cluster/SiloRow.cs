namespace ResNet.Net.Orleans;

/// <summary>The row of a silo in the membership of the cluster.</summary>
internal sealed record SiloRow
{
    public required string Address { get; init; }

    /// <summary>The version of the membership that wrote the row.</summary>
    public int Etag { get; init; }

    public required int Status { get; init; }

    /// <summary>Which silos suspect this one, and when.</summary>
    public required string Suspects { get; init; }

    public required string Silo { get; init; }

    public required string Host { get; init; }

    public required int GatewayPort { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset SeenAt { get; init; }

    /// <summary>The time since <see cref="SeenAt"/>, by the clock of the database.</summary>
    public TimeSpan Age { get; init; }
}
