using System.Diagnostics;

namespace ResNet.Net.Tests.Support;

/// <summary>Creates named pipes, which block whoever opens them for reading.</summary>
internal static class NamedPipe
{
    public static string Create(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new IOException($"mkfifo ended with {process.ExitCode}.");
    }
}
