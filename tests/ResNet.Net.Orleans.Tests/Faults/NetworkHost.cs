using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A network namespace of Linux: what runs in it is on another host, with a cable that can be pulled.</summary>
internal sealed class NetworkHost : IDisposable
{
    private static int _count;

    private readonly string _name;
    private readonly string _cable;
    private readonly string _network;

    /// <exception cref="UnauthorizedAccessException">This user may not create networks.</exception>
    public NetworkHost()
    {
        int number = (Environment.ProcessId * 8) + Interlocked.Increment(ref _count);
        _name = $"resnet-{number.ToString(CultureInfo.InvariantCulture)}";
        _cable = $"rn{number.ToString(CultureInfo.InvariantCulture)}";
        _network = string.Create(CultureInfo.InvariantCulture, $"10.213.{number % 256}");
        try
        {
            Run("netns", "add", _name);
            Run("link", "add", _cable, "type", "veth", "peer", "name", "eth0", "netns", _name);
            Run("addr", "add", $"{Address}/30", "dev", _cable);
            Run("-n", _name, "addr", "add", $"{OwnAddress}/30", "dev", "eth0");
            Run("-n", _name, "link", "set", "eth0", "up");
            Run("-n", _name, "link", "set", "lo", "up");
            Connect();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets why there can't be one; null if there can.</summary>
    public static string? MissingReason { get; } = CanCreate()
        ? null
        : "needs the permission to create network namespaces, which root has on Linux, and the program ip of iproute2";

    /// <summary>Gets the address of this machine on the network of the host.</summary>
    public string Address => $"{_network}.1";

    /// <summary>Gets the address of the host.</summary>
    public string OwnAddress => $"{_network}.2";

    /// <summary>Gets the addresses of both ends of the cable, as PostgreSQL writes them.</summary>
    public string Network => $"{_network}.0/30";

    /// <summary>Gets what is put in front of a command to run it on the host.</summary>
    public string[] Prefix => ["ip", "netns", "exec", _name];

    public void Connect() => Run("link", "set", _cable, "up");

    public void Disconnect() => Run("link", "set", _cable, "down");

    // The cable goes with its end.
    public void Dispose() => TryRun("netns", "del", _name);

    private static bool CanCreate()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        try
        {
            new NetworkHost().Dispose();
            return true;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is string error)
        {
            throw new UnauthorizedAccessException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }

    private static string? TryRun(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error;
    }
}
