using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>There is one ONNX Runtime environment per process, so each case runs in a separate process.</summary>
public class OrtEnvironmentTests
{
    [Fact]
    public async Task Create_EnvironmentOfTheApplication_UsesIt()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.ApplicationFirst);

        run.Error.Should().BeEmpty();
        run.Lines.Should().Equal("5", "True");
    }

    [Fact]
    public async Task Log_EnvironmentOfTheApplication_ReceivesOnlyWhatLoggersEnable()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.ApplicationWithLog);

        run.Lines.Should().Equal("failed", "failed", "0");
        run.Error.Split('\n').Should().ContainSingle(l => l.Contains("[E:onnxruntime", StringComparison.Ordinal))
            .Which.Should().Contain("MatMul");
    }

    [Fact]
    public async Task Log_OwnEnvironment_WritesOnlySessionsOfTheApplicationToTheConsole()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.LibraryFirst);

        run.Lines.Should().Equal("5", "failed", "failed", "1", "application failed");
        run.Error.Split('\n').Should().ContainSingle(l => l.Contains("[E:onnxruntime:", StringComparison.Ordinal))
            .Which.Should().Contain("[E:onnxruntime:application, ").And.Contain("MatMul");
    }

    [Fact]
    public async Task Create_NativeLibraryMissing_ThrowsWithThePackage()
    {
        ProgramRun run = await RunAsync(EnvironmentProbe.NoLibrary);

        run.Error.Should().BeEmpty();
        run.Lines.Should().HaveCount(3).And.OnlyContain(l => l
            == "The native library of ONNX Runtime cannot be loaded: "
            + "Unable to load shared library 'onnxruntime' or one of its dependencies. "
            + "Add the package Microsoft.ML.OnnxRuntime (for CUDA: Microsoft.ML.OnnxRuntime.Gpu) to the application, "
            + "and check that it supports this platform.");
    }

    private static async Task<ProgramRun> RunAsync(string mode)
    {
        ProcessStartInfo start = ProgramRun.Dotnet(typeof(EnvironmentProbe).Assembly.Location, [EnvironmentProbe.Command, mode]);
        ProgramRun run = await ProgramRun.OfAsync(start);
        run.ExitCode.Should().Be(0, run.Error);
        return run;
    }
}
