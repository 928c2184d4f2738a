using System.Text.RegularExpressions;

namespace ResNet.Net.Tests;

/// <summary>Each case runs in a separate process, in which every native handle of ONNX Runtime is counted.</summary>
public partial class NativeHandleTests
{
    private static readonly string[] Kinds = ["IoBinding", "RunOptions", "Session", "SessionOptions", "Value"];

    [Fact]
    public async Task Dispose_AfterEveryKindOfUse_ReleasesEachHandleOnce() => await ShouldReleaseAllAsync(HandleProbe.Disposed);

    [Fact]
    public async Task Finalize_ModelsNeverDisposed_ReleasesEachHandleOnce() => await ShouldReleaseAllAsync(HandleProbe.Abandoned);

    private static async Task ShouldReleaseAllAsync(string mode)
    {
        ProgramRun run = await ProgramRun.OfAsync(
            ProgramRun.Dotnet(typeof(HandleProbe).Assembly.Location, [HandleProbe.Command, mode]));

        run.ExitCode.Should().Be(0, run.Error);
        Created().Matches(run.Lines[0]).Select(m => m.Groups[1].Value).Should().Equal(Kinds, run.Lines[0]);
        run.Lines[1..].Should().Equal(["0", "0"], $"no handle is left or released twice: {run.Lines[0]}");
    }

    [GeneratedRegex(@"(\w+) [1-9]\d* created, 0 live")]
    private static partial Regex Created();
}
