using System.Numerics.Tensors;

namespace ResNet.Net.Samples.Search;

/// <summary>A picture that is found.</summary>
/// <param name="Picture">Its path.</param>
/// <param name="Similarity">The cosine of the angle between its features and those looked for: 1 for the same direction, 0 for nothing in common.</param>
internal sealed record Match(string Picture, float Similarity);

/// <summary>Looks at every picture of an index: exact, and as fast as the file is read.</summary>
internal static class Nearest
{
    /// <summary>The nearest pictures to features of length 1, the most similar first.</summary>
    public static IReadOnlyList<Match> Find(FeatureIndex index, ReadOnlySpan<float> features, int count, CancellationToken cancellationToken)
    {
        PriorityQueue<Match, float> best = new();
        foreach ((string picture, ReadOnlyMemory<float> other) in index.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Of vectors of length 1 the dot product is the cosine.
            float similarity = TensorPrimitives.Dot(features, other.Span);
            if (best.Count < count)
            {
                best.Enqueue(new Match(picture, similarity), similarity);
            }
            else if (similarity > best.Peek().Similarity)
            {
                best.DequeueEnqueue(new Match(picture, similarity), similarity);
            }
        }

        return [.. best.UnorderedItems.Select(i => i.Element).OrderByDescending(m => m.Similarity).ThenBy(m => m.Picture, StringComparer.Ordinal)];
    }
}
