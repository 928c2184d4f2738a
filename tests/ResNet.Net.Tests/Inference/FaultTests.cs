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
        // The kernel limits the address space of the process, of which the runtime reserves more than it uses unless told otherwise.
        ProcessStartInfo probe = Probe(FaultProbe.LittleMemory);
        const string Script = "ulimit -v 4000000; exec \"$@\"";
        ProcessStartInfo limited = new("sh", ["-c", Script, "sh", probe.FileName, .. probe.ArgumentList]);
        limited.Environment["DOTNET_GCHeapHardLimit"] = "0x20000000";

        ProgramRun run = await ProgramRun.OfAsync(limited);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Equal("True", nameof(InferenceException), "True", "True");
    }

    private static ProcessStartInfo Probe(string fault)
        => ProgramRun.Dotnet(typeof(FaultProbe).Assembly.Location, [FaultProbe.Command, fault]);
}
