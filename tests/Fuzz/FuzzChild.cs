using System.Buffers.Text;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net.Fuzz;

/// <summary>Runs inputs that arrive on standard input, and writes an answer to standard output for each.</summary>
internal static class FuzzChild
{
    public const string Command = "child";

    public static int Run(string targetName)
    {
        const int BufferSize = 1 << 16;
        using BinaryReader requests = new(new BufferedStream(Console.OpenStandardInput(), BufferSize));
        using BinaryWriter answers = new(Console.OpenStandardOutput());
        using FuzzTarget target = FuzzTargets.All[targetName]();
        target.Prepare();
        using PeakMemory memory = new();
        long settled = memory.Read();
        int count = 0;
        const int WarmUp = 50;
        while (TryRead(requests, out FuzzInput input))
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            FuzzOutcome outcome = target.Run(input);
            TimeSpan time = Environment.CpuUsage.TotalTime - before;
            long peak = memory.Read();
            settled = ++count <= WarmUp && peak - settled < target.MemoryLimit ? peak : settled; // code is compiled and pools fill
            answers.Write(outcome.Group);
            answers.Write(outcome.Name);
            answers.Write(outcome.Shape);
            answers.Write(outcome.Passed);
            answers.Write(outcome.Fault ?? string.Empty);
            answers.Write(time.Ticks);
            answers.Write(peak - settled);
            answers.Flush();
        }

        return 0;
    }

    private static bool TryRead(BinaryReader requests, out FuzzInput input)
    {
        try
        {
            string kind = requests.ReadString();
            int settings = requests.ReadInt32();
            int length = requests.ReadInt32();
            input = new FuzzInput(kind, settings, requests.ReadBytes(length));
            return input.Bytes.Length == length;
        }
        catch (EndOfStreamException)
        {
            input = default;
            return false;
        }
    }
}

/// <summary>Reads the peak memory of this process.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly byte[] _text = new byte[4096];

    // A Process object reads several files of Linux for each value. One is enough.
    private readonly SafeFileHandle? _status = OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/status") : null;

    /// <summary>Returns the peak of the resident memory in bytes.</summary>
    public long Read()
    {
        if (_status is not null)
        {
            ReadOnlySpan<byte> text = _text.AsSpan(0, RandomAccess.Read(_status, _text, 0));
            int at = text.IndexOf("VmHWM:"u8);
            if (at >= 0 && Utf8Parser.TryParse(text[(at + 6)..].TrimStart("\t "u8), out long kilobytes, out _))
            {
                return kilobytes << 10;
            }
        }

        _process.Refresh();
        return Math.Max(_process.PeakWorkingSet64, _process.WorkingSet64); // macOS reports no peak
    }

    public void Dispose()
    {
        _process.Dispose();
        _status?.Dispose();
    }
}
