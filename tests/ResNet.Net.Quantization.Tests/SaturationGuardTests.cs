using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Compares the embedded int8 model on an emulated processor without VNNI with this machine.</summary>
public class SaturationGuardTests
{
    [QemuFact]
    public async Task GetScores_EmulatedHaswell_IsCorrectOnlyWithTheGuard()
    {
        using TemporaryFolder folder = new();
        string image = folder.Write("noise.rgb", Pixels());
        float[] right = SaturationProbe.Scores(image, guard: true);

        ProcessStartInfo start = ProgramRun.Dotnet(typeof(SaturationProbe).Assembly.Location, [image]);
        string host = File.ResolveLinkTarget(HostOf(start.FileName), returnFinalTarget: true)?.FullName ?? HostOf(start.FileName);
        ProcessStartInfo emulated = new(QemuFactAttribute.Emulator, ["-cpu", "Haswell", host, .. start.ArgumentList]);

        // These take minutes under emulation.
        emulated.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        emulated.Environment["DOTNET_TieredPGO"] = "0";
        ProgramRun run = await ProgramRun.OfAsync(emulated);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines[0].Should().StartWith("needs guard", "Haswell has no VNNI");
        Distance(Scores(run, "guarded"), right).Should().BeLessThan(1e-3f);
        Distance(Scores(run, "unguarded"), right).Should().BeGreaterThan(0.1f, "16-bit sums saturate");
    }

    [Fact]
    public void Current_ThisMachine_AgreesWithTheDiagnostics()
    {
        bool hasDotProduct = RuntimeDiagnostics.Inspect().HasInt8DotProduct;

        Int8Execution.Current.NeedsGuard.Should().Be(!hasDotProduct && System.Runtime.Intrinsics.X86.X86Base.IsSupported);
    }

    // Strong contrasts: large activations saturate most.
    private static byte[] Pixels()
    {
        Random random = new(11);
        return [.. Enumerable.Range(0, 3 * EmbeddedModel.Size * EmbeddedModel.Size).Select(_ => (byte)(random.Next(2) * 255))];
    }

    private static string HostOf(string name)
        => Path.IsPathRooted(name) ? name : (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator).Select(p => Path.Combine(p, name)).First(File.Exists);

    private static float Distance(float[] scores, float[] right) => scores.Zip(right, (a, b) => Math.Abs(a - b)).Max();

    private static float[] Scores(ProgramRun run, string what)
        =>
        [
            .. run.Lines.Single(l => l.StartsWith(what + ":", StringComparison.Ordinal))[(what.Length + 2)..]
                .Split(' ').Select(s => float.Parse(s, CultureInfo.InvariantCulture)),
        ];
}
