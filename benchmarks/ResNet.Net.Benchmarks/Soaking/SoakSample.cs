using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>Represents what a process uses at one moment. Sizes are in MB (1e6 bytes).</summary>
/// <param name="Minutes">The time since the start of the load.</param>
/// <param name="Resident">The resident memory.</param>
/// <param name="Committed">The memory that the garbage collector has committed, as of the last collection.</param>
/// <param name="Heap">The size of the managed heap, as of the last collection.</param>
/// <param name="Fragmented">The part of the managed heap that is free, as of the last collection.</param>
/// <param name="NativeUsed">The memory that native code has allocated with malloc; 0 where glibc does not report it.</param>
/// <param name="NativeFree">The memory that malloc retains; 0 where glibc does not report it.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="Handles">The number of open files and sockets.</param>
/// <param name="ProcessorSeconds">The processor time since the start of the process.</param>
/// <param name="Operations">The number of calls and requests since the start of the load.</param>
internal sealed record SoakSample(
    double Minutes,
    double Resident,
    double Committed,
    double Heap,
    double Fragmented,
    double NativeUsed,
    double NativeFree,
    double Threads,
    double Handles,
    double ProcessorSeconds,
    double Operations)
{
    private const string Header =
        "minutes,resident_mb,gc_committed_mb,gc_heap_mb,gc_fragmented_mb,malloc_used_mb,malloc_free_mb,threads,handles,"
        + "processor_seconds,operations";

    /// <summary>Takes a sample of this process.</summary>
    public static SoakSample Take(double minutes, long operations)
    {
        using Process self = Process.GetCurrentProcess();
        GCMemoryInfo gc = GC.GetGCMemoryInfo();
        (double used, double free) = NativeHeap.Read();
        const string Files = "/proc/self/fd";
        return new SoakSample(
            minutes,
            self.WorkingSet64 / 1e6,
            gc.TotalCommittedBytes / 1e6,
            gc.HeapSizeBytes / 1e6,
            gc.FragmentedBytes / 1e6,
            used / 1e6,
            free / 1e6,
            self.Threads.Count,
            Directory.Exists(Files) ? Directory.GetFileSystemEntries(Files).Length : self.HandleCount,
            self.TotalProcessorTime.TotalSeconds,
            operations);
    }

    public static SoakSample Parse(string line)
    {
        double[] n = [.. line.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new SoakSample(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10]);
    }

    /// <summary>Reads the lines of a CSV file.</summary>
    public static SoakSample[] Read(IEnumerable<string> lines) => [.. lines.Skip(1).Select(Parse)];

    public static void Save(string path, IEnumerable<SoakSample> samples)
        => File.WriteAllText(path, string.Concat(samples.Select(s => s.ToString()).Prepend(Header).Select(line => line + "\n")));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Minutes:F3},{Resident:F1},{Committed:F1},{Heap:F1},{Fragmented:F1},{NativeUsed:F1},{NativeFree:F1},{Threads},{Handles},"
        + $"{ProcessorSeconds:F2},{Operations}");
}

/// <summary>Reads the statistics of glibc's malloc.</summary>
internal static partial class NativeHeap
{
    /// <summary>Returns the bytes in use and the bytes that malloc retains for later; zeros without glibc.</summary>
    public static (double Used, double Free) Read()
    {
        try
        {
            Info info = Get();
            return (info.SmallUsed + (double)info.Mapped, info.SmallFree);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return (0, 0);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial Info Get();

    /// <summary>Matches <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        private readonly nuint _arena, _freeCount, _fastCount, _mappedCount;
        public readonly nuint Mapped;
        private readonly nuint _unused, _fastFree;
        public readonly nuint SmallUsed, SmallFree;
        private readonly nuint _top;
    }
}
