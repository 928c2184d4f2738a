using System.Globalization;

namespace ResNet.Net.Benchmarks.Clustering;

/// <summary>Reads the processor time of a server with child processes, on Linux.</summary>
internal static class ServerTime
{
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the name of the program.
    private const int Parent = 1, User = 11, System = 12, ChildUser = 13, ChildSystem = 14;

    /// <summary>Returns the processor seconds of a process, of its children, and of its children that have ended.</summary>
    public static double SecondsOf(int process)
    {
        double ticks = 0;
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Fields(folder) is string[] fields)
            {
                ticks += id == process ? Sum(fields, User, System, ChildUser, ChildSystem)
                    : fields[Parent] == process.ToString(CultureInfo.InvariantCulture) ? Sum(fields, User, System)
                    : 0;
            }
        }

        return ticks / TicksPerSecond;
    }

    private static string[]? Fields(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }

    private static double Sum(string[] fields, params int[] indexes)
        => indexes.Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture));
}
