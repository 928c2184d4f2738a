using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Faults of the whole process, each in a process of its own.</summary>
public class FaultTests
{
    [Fact]
    public async Task Classify_NoPoolThreadIsFree_CompletesAndBatchesWait()
    {
        ProgramRun run = await ProgramRun.OfAsync(Probe(FaultProbe.NoPoolThreads));

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Equal("True", "64", "20", "20");
    }

    [LinuxFact]
    public async Task Create_NativeMemoryEnds_ThrowsAndModelsInMemoryWork()
    {
        ProgramRun run = await LimitedAsync(FaultProbe.LittleMemory);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Equal("True", nameof(InferenceException), "True", "True");
    }

    [LinuxFact]
    public async Task ClassifyBatch_NativeMemoryEnds_ThrowsAndWorksAgainWithMemory()
    {
        ProgramRun run = await LimitedAsync(FaultProbe.LittleMemoryRun);

        if (EndedByTheRuntime(run))
        {
            return;
        }

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().HaveCount(3);
        run.Lines[0].Should().Be("True");
        run.Lines[1].Should().BeOneOf("True", nameof(InferenceException), nameof(OutOfMemoryException));
        run.Lines[2].Should().Be("True");
    }

    [LinuxFact]
    public async Task Decode_NativeMemoryEnds_CallsNoImageDamagedAndWorksAgainWithMemory()
    {
        ProgramRun run = await LimitedAsync(FaultProbe.LittleMemoryDecode);

        if (EndedByTheRuntime(run))
        {
            return;
        }

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().HaveCount(7);
        run.Lines[1..4].Should().AllSatisfy(line => line.Should().BeOneOf("True", nameof(OutOfMemoryException)));
        run.Lines[1..4].Should().Contain(nameof(OutOfMemoryException));
        run.Lines[4..].Append(run.Lines[0]).Should().AllBe("True");
    }

    /// <summary>The runtime may need memory itself, and then ends the process.</summary>
    private static bool EndedByTheRuntime(ProgramRun run)
    {
        const int Aborted = 128 + 6;
        if (run.ExitCode != Aborted || !(run.Error.StartsWith("Out of memory.", StringComparison.Ordinal)
            || run.Error.Contains("insufficient memory", StringComparison.Ordinal)))
        {
            return false;
        }

        run.Lines.Should().NotBeEmpty().And.OnlyContain(
            line => line == "True" || line == nameof(InferenceException) || line == nameof(OutOfMemoryException));
        return true;
    }

    // The kernel limits the address space of the process, of which the runtime reserves more than it uses unless told otherwise.
    private static Task<ProgramRun> LimitedAsync(string fault)
    {
        ProcessStartInfo probe = Probe(fault);
        const string Script = "ulimit -v 4000000; exec \"$@\"";
        ProcessStartInfo limited = new("sh", ["-c", Script, "sh", probe.FileName, .. probe.ArgumentList]);
        limited.Environment["DOTNET_GCHeapHardLimit"] = "0x20000000";
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // compiling a method would need memory
        return ProgramRun.OfAsync(limited);
    }

    private static ProcessStartInfo Probe(string fault)
        => ProgramRun.Dotnet(typeof(FaultProbe).Assembly.Location, [FaultProbe.Command, fault]);
}
