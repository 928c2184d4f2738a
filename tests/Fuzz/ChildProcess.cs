using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a child process that runs inputs, as its parent sees it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly BinaryWriter _requests;
    private readonly BinaryReader _answers;
    private readonly StringBuilder _errors = new();

    public ChildProcess(string target)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        start.ArgumentList.Add(FuzzChild.Command);
        start.ArgumentList.Add(target);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000"; // 1 GiB
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        _requests = new BinaryWriter(_process.StandardInput.BaseStream);
        _answers = new BinaryReader(_process.StandardOutput.BaseStream);
    }

    /// <summary>Gets the number of inputs that the process ran.</summary>
    public int Count { get; private set; }

    /// <summary>Runs an input.</summary>
    /// <returns>The result. Its process is unusable if <see cref="FuzzResult.IsFatal"/>.</returns>
    public FuzzResult Run(FuzzInput input)
    {
        Count++;
        TimeSpan before = TimeSpan.Zero;
        try
        {
            before = _process.TotalProcessorTime;
            _requests.Write(input.Kind);
            _requests.Write(input.Settings);
            _requests.Write(input.Bytes.Length);
            _requests.Write(input.Bytes);
            _requests.Flush();
            Task<FuzzResult> answer = Task.Run(ReadAnswer);
            for (int waits = 0; !answer.Wait(Poll); waits++)
            {
                // Processor time: on a busy machine, a process may wait for seconds. The second condition detects a deadlock.
                TimeSpan used = _process.HasExited ? TimeSpan.Zero : _process.TotalProcessorTime - before;
                if (used > 5 * FuzzRun.TimeLimit || waits > 120)
                {
                    return Fatal(input, "hang", $"no answer after {used.TotalSeconds:F1} s of processor time");
                }
            }

            return answer.Result;
        }
        catch (Exception exception) when (exception is IOException or AggregateException or InvalidOperationException)
        {
            _process.WaitForExit(10_000);
            return Fatal(input, "crash", $"exit code {(_process.HasExited ? _process.ExitCode : "none")}\n{_errors}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static FuzzResult Fatal(FuzzInput input, string name, string fault)
        => new(new FuzzOutcome(input.Kind, name, name, fault), TimeSpan.Zero, 0, IsFatal: true);

    private FuzzResult ReadAnswer()
    {
        string group = _answers.ReadString();
        string name = _answers.ReadString();
        string shape = _answers.ReadString();
        string fault = _answers.ReadString();
        return new FuzzResult(
            new FuzzOutcome(group, name, shape, fault.Length == 0 ? null : fault),
            TimeSpan.FromTicks(_answers.ReadInt64()),
            _answers.ReadInt64(),
            IsFatal: false);
    }

    private void Remember(string? line)
    {
        const int MaxLength = 8000;
        lock (_errors)
        {
            if (line is not null && _errors.Length < MaxLength)
            {
                _errors.AppendLine(line);
            }
        }
    }
}

/// <summary>Represents the result of an input in a child process.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Time">The processor time.</param>
/// <param name="Growth">The growth of the peak memory of the process since it started, in bytes.</param>
/// <param name="IsFatal">Whether the process ended or must be ended.</param>
internal sealed record FuzzResult(FuzzOutcome Outcome, TimeSpan Time, long Growth, bool IsFatal);
