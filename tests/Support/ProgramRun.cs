using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>What a program printed, and how it ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The host that runs a program's dll, here and in every environment that tests run in.</summary>
    public static ProcessStartInfo Dotnet(string dll, IEnumerable<string> arguments)
        => new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    /// <summary>Runs a program to its end; one that takes longer than the limit, two minutes unless told, is killed.</summary>
    public static Task<ProgramRun> OfAsync(ProcessStartInfo start, TimeSpan? limit = null) => WithInputAsync(start, null, limit);

    /// <summary>As <see cref="OfAsync"/>, for a program that reads something; null leaves it the input of this process.</summary>
    public static async Task<ProgramRun> WithInputAsync(ProcessStartInfo start, string? input, TimeSpan? limit = null)
    {
        start.RedirectStandardInput = input is not null;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        using Process process = Process.Start(start)!;
        using CancellationTokenSource timeout = new(limit ?? Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
                process.StandardInput.Close();
            }

            await process.WaitForExitAsync(timeout.Token);
            return new ProgramRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {limit ?? Limit}.");
        }
    }
}
