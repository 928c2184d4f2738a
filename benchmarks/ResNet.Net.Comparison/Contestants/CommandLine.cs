using System.ComponentModel;
using System.Diagnostics;

namespace ResNet.Net.Comparison;

/// <summary>Runs commands that prepare contestants.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command and waits for its end.</summary>
    /// <exception cref="PeerException">The command is missing or fails.</exception>
    public static void Run(string fileName, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(fileName, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new PeerException($"{fileName} is not installed");
        }

        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                const StringSplitOptions Split = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
                string[] lines = $"{output}\n{error.Result}".Split('\n', Split);
                string? line = lines.FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase));
                throw new PeerException($"{Path.GetFileName(fileName)} {arguments[0]} failed: {line ?? lines.LastOrDefault()}");
            }
        }
    }
}
