using System.Globalization;

namespace ResNet.Net;

/// <summary>How many processors there are, and how much of them a Linux control group allows.</summary>
internal static class ProcessorBudget
{
    public static int? MachineProcessors()
        => Lines("/sys/devices/system/cpu/online") is [string ranges] ? CountOf(ranges) : null;

    public static double? Quota() => OperatingSystem.IsLinux() ? Quota("/sys/fs/cgroup", Lines("/proc/self/cgroup")) : null;

    /// <summary>The tightest limit from the process's own group up to the root that it sees.</summary>
    /// <param name="root">Where the control groups are mounted.</param>
    /// <param name="membership">The lines of <c>/proc/self/cgroup</c>: <c>0::/path</c> (version 2) or <c>4:cpu,cpuacct:/path</c> (version 1).</param>
    public static double? Quota(string root, string[] membership)
    {
        double? tightest = null;
        foreach (string[] parts in membership.Select(l => l.Split(':', 3)).Where(p => p.Length == 3))
        {
            bool isVersion2 = parts[1].Length == 0;
            if (!isVersion2 && !parts[1].Split(',').Contains("cpu"))
            {
                continue;
            }

            string mount = isVersion2 ? root : Path.Combine(root, parts[1]);
            string group = parts[2].Trim('/');
            while (true)
            {
                string folder = Path.Combine(mount, group);
                double? limit = isVersion2 ? Version2(folder) : Version1(folder);
                tightest = limit is null || limit > tightest ? tightest : limit;
                if (group.Length == 0)
                {
                    break;
                }

                group = Path.GetDirectoryName(group) ?? "";
            }
        }

        return tightest;
    }

    /// <summary>Counts a list such as <c>0-3,8</c>.</summary>
    public static int? CountOf(string ranges)
    {
        int count = 0;
        foreach (string range in ranges.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
            {
                return null;
            }

            count += last - first + 1;
        }

        return count;
    }

    // "max 100000" or "150000 100000": microseconds in each period.
    private static double? Version2(string folder)
        => Lines(Path.Combine(folder, "cpu.max")) is [string line] && line.Split(' ') is [string quota, string period] ? Ratio(quota, period) : null;

    private static double? Version1(string folder)
        => Lines(Path.Combine(folder, "cpu.cfs_quota_us")) is [string quota] && Lines(Path.Combine(folder, "cpu.cfs_period_us")) is [string period] ? Ratio(quota, period) : null;

    private static double? Ratio(string quota, string period)
        => long.TryParse(quota, NumberStyles.None, CultureInfo.InvariantCulture, out long part) && long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out long whole) && whole > 0
            ? (double)part / whole
            : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
