using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>Represents a completed process: its exit code and its output.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Creates the start info of a .NET program, which runs on the same host as the tests.</summary>
    public static ProcessStartInfo Dotnet(string dll, IEnumerable<string> arguments)
        => new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    /// <summary>Runs a program until it exits. It is killed if it exceeds the limit, two minutes by default.</summary>
    public static Task<ProgramRun> OfAsync(ProcessStartInfo start, TimeSpan? limit = null) => WithInputAsync(start, null, limit);

    /// <summary>Like <see cref="OfAsync"/>, with standard input; if it is null, the program inherits the input of this process.</summary>
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
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not exit within {limit ?? Limit}.");
        }
    }
}
