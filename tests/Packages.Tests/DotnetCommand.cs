using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Packages.Tests;

/// <summary>Runs the SDK as a user does, away from this build's own settings.</summary>
internal static class DotnetCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string folder, params IEnumerable<string> arguments)
    {
        ProgramRun run = await TryAsync(folder, arguments);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"dotnet {string.Join(' ', arguments)} ended with {run.ExitCode}:\n{run.Output}\n{run.Error}"));
    }

    public static Task<ProgramRun> TryAsync(string folder, params IEnumerable<string> arguments)
        => ProgramRun.OfAsync(Describe(folder, arguments), Limit);

    /// <summary>Returns how to start the SDK in a folder.</summary>
    public static ProcessStartInfo Describe(string folder, params IEnumerable<string> arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, arguments) { WorkingDirectory = folder };
        Isolate(start);
        return start;
    }

    /// <summary>Takes away what the build that runs the tests has set, and what would decide where libraries come from.</summary>
    public static void Isolate(ProcessStartInfo start)
    {
        foreach (string name in start.Environment.Keys
            .Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                || k.StartsWith("RESNET_NET_", StringComparison.Ordinal))
            .ToList())
        {
            start.Environment.Remove(name);
        }

        // What the SDK makes of DOTNET_CLI_UI_LANGUAGE: the compiler refuses a language where there are no cultures, and speaks English
        // anyway.
        foreach (string name in (string[])["DOTNET_CLI_UI_LANGUAGE", "PreferredUILang", "VSLANG"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDTERMINALLOGGER"] = "off";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        start.Environment["RESNET_NET_OFFLINE"] = "1";
    }
}
