using System.Buffers;

namespace ResNet.Net;

/// <summary>Selects the largest scores. Equal scores are ordered by index.</summary>
internal static class TopK
{
    /// <summary>
    /// Fills <paramref name="indices"/> with the indices of the largest scores, in descending order. Allocates nothing for a few of them.
    /// </summary>
    /// <remarks>
    /// Uses a heap whose root is the smallest selected score, so that n scores cost n comparisons and few swaps. If most scores are
    /// selected, sorting is twice as fast.
    /// </remarks>
    /// <param name="scores">The scores, which are not NaN.</param>
    /// <param name="indices">Receives the indices.</param>
    public static void Select(ReadOnlySpan<float> scores, Span<int> indices)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(indices.Length, scores.Length, nameof(indices));
        if (indices.IsEmpty)
        {
            return;
        }

        if (indices.Length > scores.Length / 2)
        {
            Sort(scores, indices);
            return;
        }

        int kept = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (kept < indices.Length)
            {
                indices[kept] = i;
                SiftUp(scores, indices, kept++);
            }
            else if (scores[i] > scores[indices[0]])
            {
                indices[0] = i;
                SiftDown(scores, indices, 0);
            }
        }

        for (int last = indices.Length - 1; last > 0; last--)
        {
            (indices[0], indices[last]) = (indices[last], indices[0]);
            SiftDown(scores, indices[..last], 0);
        }
    }

    private static void Sort(ReadOnlySpan<float> scores, Span<int> indices)
    {
        const int StackLimit = 512;
        ulong[]? rented = scores.Length > StackLimit ? ArrayPool<ulong>.Shared.Rent(scores.Length) : null;
        Span<ulong> keys = rented is null ? stackalloc ulong[scores.Length] : rented.AsSpan(0, scores.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = ((ulong)DescendingKey(scores[i]) << 32) | (uint)i;
        }

        keys.Sort();
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = (int)(uint)keys[i];
        }

        if (rented is not null)
        {
            ArrayPool<ulong>.Shared.Return(rented);
        }
    }

    /// <summary>Returns an integer that is smaller the larger the score is. Both zeros have the same.</summary>
    private static uint DescendingKey(float score)
    {
        // The bits of positive floats ascend with the value, those of negative floats descend.
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return (bits & 0x8000_0000) != 0 ? bits : ~bits & 0x7FFF_FFFF;
    }

    private static bool RanksLower(ReadOnlySpan<float> scores, int left, int right)
        => scores[left] < scores[right] || (scores[left] == scores[right] && left > right);

    private static void SiftUp(ReadOnlySpan<float> scores, Span<int> heap, int child)
    {
        while (child > 0)
        {
            int parent = (child - 1) / 2;
            if (!RanksLower(scores, heap[child], heap[parent]))
            {
                return;
            }

            (heap[child], heap[parent]) = (heap[parent], heap[child]);
            child = parent;
        }
    }

    private static void SiftDown(ReadOnlySpan<float> scores, Span<int> heap, int parent)
    {
        while (true)
        {
            int worst = parent;
            for (int child = (2 * parent) + 1; child <= (2 * parent) + 2 && child < heap.Length; child++)
            {
                if (RanksLower(scores, heap[child], heap[worst]))
                {
                    worst = child;
                }
            }

            if (worst == parent)
            {
                return;
            }

            (heap[worst], heap[parent]) = (heap[parent], heap[worst]);
            parent = worst;
        }
    }
}
