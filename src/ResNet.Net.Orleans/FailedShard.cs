namespace ResNet.Net.Orleans;

/// <summary>Represents a shard that was given up: its workers failed <see cref="JobOptions.MaxAttempts"/> times.</summary>
/// <param name="Shard">The number of the shard, from 0.</param>
/// <param name="FirstImage">The index of its first image, from 0.</param>
/// <param name="Images">The number of its images.</param>
/// <param name="Attempts">How often workers took it.</param>
/// <param name="Reason">Why it was given up.</param>
public sealed record FailedShard(int Shard, long FirstImage, int Images, int Attempts, string Reason);
