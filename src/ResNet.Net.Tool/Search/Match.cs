namespace ResNet.Net.Tool.Search;

/// <summary>An image that was found.</summary>
/// <param name="Image">Its path.</param>
/// <param name="Similarity">The cosine of the angle between the two embeddings: 1 for the same direction, 0 for nothing in common.</param>
internal sealed record Match(string Image, float Similarity);

/// <summary>An image and the images most similar to it.</summary>
internal sealed record Similar(string Image, IReadOnlyList<Match> Matches);
