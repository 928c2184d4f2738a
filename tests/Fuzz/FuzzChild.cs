using System.Diagnostics;

namespace ResNet.Net.Fuzz;

/// <summary>Runs inputs that arrive on standard input, and writes an answer to standard output for each.</summary>
internal static class FuzzChild
{
    public const string Command = "child";

    public static int Run(string targetName)
    {
        using BinaryReader requests = new(Console.OpenStandardInput());
        using BinaryWriter answers = new(Console.OpenStandardOutput());
        using FuzzTarget target = FuzzTargets.All[targetName]();
        using Process process = Process.GetCurrentProcess();
        long settled = Peak(process);
        int count = 0;
        const int WarmUp = 50;
        while (TryRead(requests, out FuzzInput input))
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            FuzzOutcome outcome = target.Run(input);
            TimeSpan time = Environment.CpuUsage.TotalTime - before;
            long peak = Peak(process);
            settled = ++count <= WarmUp && peak - settled < target.MemoryLimit ? peak : settled; // code is compiled and pools fill
            answers.Write(outcome.Group);
            answers.Write(outcome.Name);
            answers.Write(outcome.Shape);
            answers.Write(outcome.Fault ?? string.Empty);
            answers.Write(time.Ticks);
            answers.Write(peak - settled);
            answers.Flush();
        }

        return 0;
    }

    private static long Peak(Process process)
    {
        process.Refresh();
        return Math.Max(process.PeakWorkingSet64, process.WorkingSet64); // macOS reports no peak
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
