using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a child process that runs inputs, as its parent sees it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int BufferSize = 1 << 16;
    private const int MaxPolls = 600;

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
        _requests = new BinaryWriter(new BufferedStream(_process.StandardInput.BaseStream, BufferSize));
        _answers = new BinaryReader(new BufferedStream(_process.StandardOutput.BaseStream, BufferSize));
    }

    /// <summary>Gets the number of inputs that the process ran.</summary>
    public int Count { get; private set; }

    /// <summary>Runs inputs in order.</summary>
    /// <returns>
    /// The results. If one of them is <see cref="FuzzResult.IsFatal"/>, it is the last, and the process is unusable.
    /// </returns>
    public IReadOnlyList<FuzzResult> Run(IReadOnlyList<FuzzInput> inputs)
    {
        Count += inputs.Count;
        List<FuzzResult> results = new(inputs.Count);
        try
        {
            TimeSpan before = _process.TotalProcessorTime;
            Task conversation = Task.Run(() => Converse(inputs, results));
            int seen = 0;
            for (int waits = 0; !conversation.Wait(Poll); waits++)
            {
                // Processor time: on a busy machine, a process may wait for minutes. The last condition detects a deadlock.
                TimeSpan total = _process.HasExited ? before : _process.TotalProcessorTime;
                int answered = CountOf(results);
                if (answered > seen)
                {
                    (seen, before, waits) = (answered, total, 0);
                }
                else if (total - before > 5 * FuzzRun.TimeLimit || waits > MaxPolls)
                {
                    string fault = $"no answer after {(total - before).TotalSeconds:F1} s of processor time";
                    return [.. results.Take(answered), Fatal(inputs[answered], "hang", fault)];
                }
            }
        }
        catch (Exception exception) when (exception is IOException or AggregateException or InvalidOperationException)
        {
            _process.WaitForExit(10_000);
            string fault = $"exit code {(_process.HasExited ? _process.ExitCode : "none")}\n{_errors}";
            results.Add(Fatal(inputs[results.Count], "crash", fault));
        }

        return results;
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

    private static int CountOf(List<FuzzResult> results)
    {
        lock (results)
        {
            return results.Count;
        }
    }

    // The child answers each input before it reads the next, so that neither side waits for space in a pipe forever.
    private void Converse(IReadOnlyList<FuzzInput> inputs, List<FuzzResult> results)
    {
        Task writing = Task.Run(() =>
        {
            foreach (FuzzInput input in inputs)
            {
                _requests.Write(input.Kind);
                _requests.Write(input.Settings);
                _requests.Write(input.Bytes.Length);
                _requests.Write(input.Bytes);
            }

            _requests.Flush();
        });
        for (int i = 0; i < inputs.Count; i++)
        {
            FuzzResult result = ReadAnswer();
            lock (results)
            {
                results.Add(result);
            }
        }

        writing.Wait();
    }

    private FuzzResult ReadAnswer()
    {
        string group = _answers.ReadString();
        string name = _answers.ReadString();
        string shape = _answers.ReadString();
        string passed = _answers.ReadString();
        string fault = _answers.ReadString();
        return new FuzzResult(
            new FuzzOutcome(group, name, shape, fault.Length == 0 ? null : fault) { Passed = passed },
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
