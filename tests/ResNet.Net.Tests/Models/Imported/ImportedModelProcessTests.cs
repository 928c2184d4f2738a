using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Processes import the same model at once, and are killed. Not in parallel with other tests: there are many.</summary>
[Collection(nameof(Alone))]
public sealed class ImportedModelProcessTests : IDisposable
{
    private readonly ImportedModelFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Ensure_SixProcesses_KeepOneModel()
    {
        _fixture.Place(_fixture.Pair);

        ProgramRun[] runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ProgramRun.OfAsync(Start())));

        runs.Should().OnlyContain(r => r.ExitCode == StoreProbe.Ready);
        runs.Select(r => r.Output.Trim()).Distinct().Should().Equal(_fixture.Store().Find(_fixture.Variant)!);
        Directory.GetDirectories(_fixture.ImportedFolder).Should().ContainSingle();
    }

    [Fact]
    public async Task Ensure_AfterKilledProcesses_GetsTheRightModel()
    {
        _fixture.Place(_fixture.Pair);
        byte[] expected = await File.ReadAllBytesAsync(await _fixture.Store().EnsureAsync(_fixture.Variant));
        Random random = new(20251129);
        for (int time = 0; time < 20; time++)
        {
            if (Directory.Exists(_fixture.Root))
            {
                Directory.Delete(_fixture.Root, recursive: true);
            }

            using Process process = Process.Start(Start())!;
            await Task.Delay(random.Next(50, 400));
            process.Kill();
            await process.WaitForExitAsync();
            if (Directory.Exists(_fixture.ImportedFolder))
            {
                Directory.GetDirectories(_fixture.ImportedFolder).Where(f => !CacheEntry.IsPartial(f))
                    .Should().NotContain(f => !File.ReadAllBytes(Path.Combine(f, "model.onnx")).SequenceEqual(expected));
            }
        }

        ProgramRun run = await ProgramRun.OfAsync(Start());

        run.ExitCode.Should().Be(StoreProbe.Ready, run.Error);
        (await File.ReadAllBytesAsync(run.Output.Trim())).Should().Equal(expected);
        Directory.GetDirectories(_fixture.ImportedFolder).Should().ContainSingle();
    }

    private ProcessStartInfo Start() => ProgramRun.Dotnet(
        typeof(StoreProbe).Assembly.Location, [StoreProbe.ImportCommand, _fixture.Root, _fixture.LocalFolder]);
}
