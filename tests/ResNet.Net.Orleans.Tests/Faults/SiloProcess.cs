using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A process with one silo.</summary>
internal sealed partial class SiloProcess : IDisposable
{
    private const int Terminating = 15, Continuing = 18, Stopping = 19;

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    public SiloProcess(string location, string name, string address, params string[] prefix)
    {
        Name = name;
        ProcessStartInfo start = ProgramRun.Dotnet(typeof(SiloProgram).Assembly.Location, [location, name, address]);
        if (prefix.Length > 0)
        {
            // The command takes the place of the prefix's process.
            string[] command = [.. prefix[1..], start.FileName, .. start.ArgumentList];
            start = new ProcessStartInfo(prefix[0], command) { RedirectStandardOutput = true, RedirectStandardError = true };
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Gets the number of log events of a kind.</summary>
    public int Count(string eventName) => _output.Count(l => l.StartsWith($"{eventName}:", StringComparison.Ordinal));

    /// <summary>Kills the process with SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the silo to finish.</summary>
    public void Terminate() => Signal(Terminating);

    /// <summary>Stops all threads, as a machine that swaps or a virtual machine that is moved does.</summary>
    public void Pause() => Signal(Stopping);

    public void Continue() => Signal(Continuing);

    /// <summary>Waits until the silo has ended, by default without an error, and its output is complete.</summary>
    public async Task WaitAsync(int exitCode = 0)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The silo did not end. {this}");
        }

        _process.ExitCode.Should().Be(exitCode, ToString());
    }

    public override string ToString() => $"{Name}: {string.Join('\n', _output.TakeLast(20))}";

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }

    private void Signal(int signal) => SendSignal(_process.Id, signal).Should().Be(0);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
