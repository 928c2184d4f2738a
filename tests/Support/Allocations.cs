namespace ResNet.Net.Tests.Support;

/// <summary>Counts managed bytes.</summary>
internal static class Allocations
{
    private const int Attempts = 5;

    /// <summary>
    /// Bytes that this thread allocates in a call: the least of several calls, since a collection that other threads cause meanwhile counts
    /// the rest of the thread's allocation buffer.
    /// </summary>
    public static long Of(Action call)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Attempts && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
