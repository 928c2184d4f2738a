using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Training.Tests;

public sealed class FeatureCacheProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ExtractAsync_KilledProcesses_KeepTheCacheIntact()
    {
        // Longer than a process runs before it is killed.
        const int Images = 3000;
        string expected = await ExpectedAsync(0, Images);
        Random random = new(3);
        long last = 0;
        for (int time = 0; time < 5; time++)
        {
            using Process process = Process.Start(Probe(0, Images, delay: 20))!;
            Stopwatch watch = Stopwatch.StartNew();
            while (!process.HasExited && LengthOfCache() <= last && watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(1);
            }

            await Task.Delay(random.Next(40));
            process.HasExited.Should().BeFalse("the run takes longer");
            process.Kill();
            await process.WaitForExitAsync();
            LengthOfCache().Should().BeGreaterThan(last, "every process makes progress");
            last = LengthOfCache();
        }

        ProgramRun run = await ProgramRun.OfAsync(Probe(0, Images, delay: 0));

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines[0].Should().Be(expected);
        int.Parse(run.Lines[1], CultureInfo.InvariantCulture).Should().BeGreaterThan(0);
        (await ProgramRun.OfAsync(Probe(0, Images, delay: 0))).Lines.Should().Equal(expected, $"{Images}");
    }

    [Fact]
    public async Task ExtractAsync_ProcessesAtOnce_ShareTheCache()
    {
        const int Images = 300;
        (int First, int Count)[] parts = [(0, Images), (200, Images), (400, Images)];

        ProgramRun[] runs = await Task.WhenAll(parts.Select(p => ProgramRun.OfAsync(Probe(p.First, p.Count, delay: 3))));

        for (int i = 0; i < parts.Length; i++)
        {
            runs[i].ExitCode.Should().Be(0, runs[i].Error);
            runs[i].Lines[0].Should().Be(await ExpectedAsync(parts[i].First, parts[i].Count));
        }

        (await ProgramRun.OfAsync(Probe(0, 700, delay: 0))).Lines.Should().Equal(await ExpectedAsync(0, 700), "700");
    }

    [Fact]
    public async Task ExtractAsync_DiskFills_ContinuesWithoutTheCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The kernel limits files to 100 KB, which is less than the features of the images have.
        const int Images = 600;
        ProcessStartInfo probe = Probe(0, Images, delay: 0);
        const string Script = "trap '' XFSZ; ulimit -f 200; exec \"$@\"";
        ProcessStartInfo limited = new("sh", ["-c", Script, "sh", probe.FileName, .. probe.ArgumentList]);
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime maps a large file, to which the limit applies too
        string expected = await ExpectedAsync(0, Images);

        ProgramRun run = await ProgramRun.OfAsync(limited);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines[0].Should().Be(expected);
        LengthOfCache().Should().BeLessThanOrEqualTo(200 * 512);
        (await ProgramRun.OfAsync(probe)).Lines[0].Should().Be(expected);
        (await ProgramRun.OfAsync(Probe(0, Images, delay: 0))).Lines.Should().Equal(expected, $"{Images}");
    }

    private static async Task<string> ExpectedAsync(int first, int count)
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        return FeatureProbe.HashOf(await new FeatureExtractor(backbone, null).ExtractAsync(
            [.. TestData.Images(first + count).Skip(first)], ImageAugmentation.None, null, default));
    }

    private ProcessStartInfo Probe(int first, int count, int delay)
        => ProgramRun.Dotnet(typeof(FeatureProbe).Assembly.Location, [_folder.FullPath, $"{first}", $"{count}", $"{delay}"]);

    private long LengthOfCache()
        => Directory.GetFiles(_folder.FullPath, "*.features").Select(f => new FileInfo(f).Length).FirstOrDefault();
}
