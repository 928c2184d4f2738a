using System.Buffers;

namespace ResNet.Net;

/// <summary>
/// Lends memory for pixels. Small arrays are those of <see cref="ArrayPool{T}.Shared"/>. That pool rounds sizes up to powers of two and
/// keeps every array of every thread while it is in use: gigabytes for photos of 18 MB. Here, as many large arrays stay as there are
/// processors, without rounding, and only until the next collection of generation 2. Thread-safe.
/// </summary>
internal static class PixelPool
{
    /// <summary>The length in bytes above which an array is large.</summary>
    public const int LargeLength = 4 << 20;

    private const int Granularity = 64 << 10;

    private static readonly WeakReference<byte[]>?[] Slots = new WeakReference<byte[]>?[Environment.ProcessorCount];

    private static int _next;

    /// <summary>Returns an array of at least this length with arbitrary contents.</summary>
    public static byte[] Rent(int length)
    {
        if (length <= LargeLength)
        {
            return ArrayPool<byte>.Shared.Rent(length);
        }

        for (int i = 0; i < Slots.Length; i++)
        {
            if (Interlocked.Exchange(ref Slots[i], null) is WeakReference<byte[]> slot && slot.TryGetTarget(out byte[]? array))
            {
                if (array.Length >= length && array.Length / 2 <= length)
                {
                    return array;
                }

                // The array doesn't fit. Another thread may have filled the slot meanwhile: one of the two is for the collector.
                Volatile.Write(ref Slots[i], slot);
            }
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, (length + Granularity - 1L) / Granularity * Granularity));
    }

    /// <summary>Takes an array back. The caller no longer uses it.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= LargeLength)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        // The oldest one goes.
        uint slot = (uint)Interlocked.Increment(ref _next) % (uint)Slots.Length;
        Volatile.Write(ref Slots[slot], new WeakReference<byte[]>(array));
    }
}
