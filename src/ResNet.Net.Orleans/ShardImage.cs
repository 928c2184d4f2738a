namespace ResNet.Net.Orleans;

/// <summary>Represents an image of a leased shard.</summary>
/// <param name="Index">The index of the image in its job, from 0.</param>
/// <param name="Name">The name, as its source listed it.</param>
public readonly record struct ShardImage(long Index, string Name);
