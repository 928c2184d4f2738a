using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Samples.Tests;

/// <summary>What a program printed, and how it ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Runs a sample as its users do: as a process of its own.</summary>
internal static class SampleProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Task<ProgramRun> RunAsync(string name, params string[] arguments) => RunAsync(name, new Dictionary<string, string>(), arguments);

    /// <param name="name">The sample's.</param>
    /// <param name="environment">Variables in addition to those that keep it off the network and away from this user's models.</param>
    /// <param name="arguments">What follows its name.</param>
    public static async Task<ProgramRun> RunAsync(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the developer's machine has must not decide a test.
        start.Environment.Remove("RESNET_NET_MODELS");
        start.Environment.Remove("RESNET_NET_MIRROR");
        start.Environment["RESNET_NET_OFFLINE"] = "1";
        start.Environment["RESNET_NET_HOME"] = Path.Combine(Path.GetTempPath(), "resnet-net-tests-use-no-default-store");
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        using Process process = Process.Start(start)!;
        using CancellationTokenSource timeout = new(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new ProgramRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} {string.Join(' ', arguments)} did not end within {Limit}.");
        }
    }
}
