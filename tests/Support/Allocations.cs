namespace ResNet.Net.Tests.Support;

/// <summary>Measures managed allocations.</summary>
internal static class Allocations
{
    private const int Attempts = 5;

    /// <summary>
    /// Returns the bytes that the current thread allocates in a call: the minimum of several calls. If another thread triggers a garbage
    /// collection during a call, the counter includes the unused rest of the thread's allocation buffer.
    /// </summary>
    public static long Of(Action call)
    {
        long minimum = long.MaxValue;
        for (int i = 0; i < Attempts && minimum > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            minimum = Math.Min(minimum, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return minimum;
    }
}
