using System.Numerics.Tensors;

namespace ResNet.Net.Tool.Search;

/// <summary>Compares an embedding with every embedding of an index: exact, at the speed of reading the file.</summary>
internal static class NearestImages
{
    /// <summary>Returns the images nearest to an embedding of length 1, the most similar first.</summary>
    public static IReadOnlyList<Match> Find(
        FeatureIndex index, ReadOnlySpan<float> features, int count, CancellationToken cancellationToken)
    {
        PriorityQueue<Match, float> best = new();
        foreach ((string image, ReadOnlyMemory<float> other) in index.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The dot product of vectors of length 1 is the cosine.
            float similarity = TensorPrimitives.Dot(features, other.Span);
            if (best.Count < count)
            {
                best.Enqueue(new Match(image, similarity), similarity);
            }
            else if (similarity > best.Peek().Similarity)
            {
                best.DequeueEnqueue(new Match(image, similarity), similarity);
            }
        }

        IEnumerable<Match> matches = best.UnorderedItems.Select(i => i.Element);
        return [.. matches.OrderByDescending(m => m.Similarity).ThenBy(m => m.Image, StringComparer.Ordinal)];
    }
}
