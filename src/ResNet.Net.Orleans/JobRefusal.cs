namespace ResNet.Net.Orleans;

/// <summary>Represents a worker that can't take shards of a job, for example because its model file differs.</summary>
/// <param name="Worker">The name of the worker.</param>
/// <param name="Reason">Why it can't.</param>
/// <param name="At">When it last found out, by the clock of the database.</param>
public sealed record JobRefusal(string Worker, string Reason, DateTimeOffset At);
