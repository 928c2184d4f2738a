using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>ONNX Runtime's environment is one per process and the application's: each case needs a process of its own.</summary>
public class OrtEnvironmentTests
{
    [Fact]
    public async Task Create_ApplicationHasItsOwnEnvironment_UsesIt()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.TheirsFirst);

        run.Error.Should().BeEmpty();
        run.Lines.Should().Equal("5", "True");
    }

    [Fact]
    public async Task Log_ApplicationsEnvironment_GetsWhatALoggerWantsAndNothingElse()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.TheirsWithLog);

        run.Lines.Should().Equal("failed", "failed", "0");
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Contains("[E:onnxruntime", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain("MatMul");
    }

    [Fact]
    public async Task Log_OwnEnvironment_WritesToTheConsoleForTheApplicationsSessionsOnly()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.OursFirst);

        run.Lines.Should().Equal("5", "failed", "failed", "1", "theirs failed");
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle(l => l.Contains("[E:onnxruntime:", StringComparison.Ordinal)).Which.Should().Contain("[E:onnxruntime:theirs, ").And.Contain("MatMul");
    }

    [Fact]
    public async Task Create_NativeLibraryIsMissing_NamesThePackage()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.NoLibrary);

        run.Error.Should().BeEmpty();
        run.Lines.Should().HaveCount(3).And.OnlyContain(l => l
            == "The native library of ONNX Runtime cannot be loaded: Unable to load shared library 'onnxruntime' or one of its dependencies. "
            + "Add the package Microsoft.ML.OnnxRuntime (for CUDA: Microsoft.ML.OnnxRuntime.Gpu) to the application, and check that it has a library for this platform.");
    }

    private static async Task<ProgramRun> RunAsync(string mode)
    {
        ProcessStartInfo start = ProgramRun.Dotnet(typeof(EnvironmentProbe).Assembly.Location, [EnvironmentProbe.Command, mode]);
        ProgramRun run = await ProgramRun.OfAsync(start);
        run.ExitCode.Should().Be(0, run.Error);
        return run;
    }
}
