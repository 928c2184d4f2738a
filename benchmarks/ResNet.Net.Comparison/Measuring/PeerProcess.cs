using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ResNet.Net.Comparison;

/// <summary>Represents the running process of a contestant.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private string _lastError = "";

    private PeerProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => _lastError = string.IsNullOrWhiteSpace(line.Data) ? _lastError : line.Data.Trim();
        _process.BeginErrorReadLine();
    }

    /// <summary>Gets the reply to the first photo.</summary>
    public PeerReply Ready { get; private set; } = new();

    /// <summary>Gets the time from the start of the process to the first result.</summary>
    public TimeSpan Startup { get; private set; }

    /// <summary>Gets the largest resident memory so far in bytes; <see langword="null"/> if the system does not report it.</summary>
    public long? PeakMemory
    {
        get
        {
            string status = $"/proc/{_process.Id}/status";
            string[] words =
            [
                .. (File.Exists(status) ? File.ReadLines(status) : [])
                    .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal), "")
                    .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            ];
            return words.Length < 2 ? null : 1024 * long.Parse(words[1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Starts a contestant and waits for its first result.</summary>
    /// <exception cref="PeerException">The contestant cannot run the model.</exception>
    public static PeerProcess Start(ContestantProcess program, IReadOnlyList<string> arguments, string storeFolder)
    {
        ProcessStartInfo start = new(program.FileName, [.. program.Arguments, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RESNET_NET_HOME"] = storeFolder;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        long begin = Stopwatch.GetTimestamp();
        PeerProcess peer;
        try
        {
            peer = new PeerProcess(Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            throw new PeerException($"{program.FileName} is not installed");
        }

        try
        {
            peer.Ready = peer.Read();
            peer.Startup = Stopwatch.GetElapsedTime(begin);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <exception cref="PeerException">The contestant fails.</exception>
    public PeerReply Send(PeerRequest request)
    {
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(request, PeerJson.Options));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The process has ended; what it wrote says why.
        }

        return Read();
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has ended.
        }

        if (!_process.WaitForExit(10_000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private PeerReply Read()
    {
        using CancellationTokenSource timeout = new(Limit);
        while (true)
        {
            string? line;
            try
            {
                line = _process.StandardOutput.ReadLineAsync(timeout.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                throw new PeerException($"no reply within {Limit.TotalSeconds:0} s");
            }

            if (line is null)
            {
                _process.WaitForExit();
                throw new PeerException(_lastError.Length > 0 ? _lastError : $"exited with code {_process.ExitCode}");
            }

            // Libraries may print lines of their own.
            if (line.StartsWith('{'))
            {
                PeerReply reply = JsonSerializer.Deserialize<PeerReply>(line, PeerJson.Options)!;
                return reply.Error is null ? reply : throw new PeerException(reply.Error);
            }
        }
    }
}
