using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ResNet.Net.Tool.Tests;

/// <summary>The command <c>resnet cluster</c>, with SQLite.</summary>
public sealed partial class ClusterTests : IDisposable
{
    private const int Success = 0, SomeFailed = 1, ShardSize = 20;
    private const string Broken = "broken.png";

    private readonly TemporaryFolder _folder = new();

    private string Database => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Job_TwoSilos_GivesTheRowsOfAPlainLoop()
    {
        string images = CreateImages(600);
        using WebProgram first = await ServeAsync(), second = await ServeAsync();

        ProgramRun submitted = await RunAsync("submit", images, "--shard-size", $"{ShardSize}", "--watch");
        ProgramRun results = await RunAsync("results", "1", "--out", _folder["rows.csv"]);

        submitted.ExitCode.Should().Be(SomeFailed, submitted.Error);
        submitted.Lines[0].Should().Be("Job 1: 601 images, shards of 20, resnet20-cifar10");
        submitted.Output.Should().NotContain("No silo").And.Contain("Completed: 601 of 601 images, 1 failed");
        results.Output.TrimEnd().Should().Be($"601 rows in {_folder["rows.csv"]}, 1 of them failed.");
        ShouldBeThoseOfAPlainLoop(images);
        (await WrittenAsync(first) + await WrittenAsync(second)).Should().Be(601);
    }

    [UnixFact]
    public Task Job_KilledSilo_GivesTheRowsOfAPlainLoop() => StopSiloAsync(ToolProcess.Kill);

    [UnixFact]
    public async Task Job_SiloStoppedBySigterm_GivesTheRowsOfAPlainLoop()
    {
        int exitCode = await StopSiloAsync(ToolProcess.Terminate);

        exitCode.Should().Be(Success);
    }

    [Fact]
    public async Task Results_Parquet_HasTheMagicOfTheFormat()
    {
        using WebProgram silo = await ServeAsync();
        await RunAsync("submit", "--watch");

        ProgramRun results = await RunAsync("results", "1", "--out", _folder["rows.parquet"]);

        results.ExitCode.Should().Be(Success, results.Error);
        results.Output.TrimEnd().Should().Be($"10 rows in {_folder["rows.parquet"]}.");
        File.ReadAllBytes(_folder["rows.parquet"]).AsSpan()[..4].SequenceEqual("PAR1"u8).Should().BeTrue();
    }

    [Fact]
    public async Task Submit_WithoutSilo_SaysWhatToStart_AndASiloClassifiesLater()
    {
        ProgramRun submitted = await RunAsync("submit", "--name", "samples");
        ProgramRun before = await RunAsync("status");
        using WebProgram silo = await ServeAsync();
        ProgramRun watched = await RunAsync("status", "1", "--watch");
        ProgramRun after = await RunAsync("status");

        submitted.ExitCode.Should().Be(Success, submitted.Error);
        submitted.Lines.Should().Equal(
            "Job 1: 10 images, shards of 1,000, resnet20-cifar10",
            $"No silo runs. Start one: resnet cluster serve --database {Database}",
            $"Progress: resnet cluster status 1 --watch --database {Database}");
        before.Output.Should().Contain("samples").And.Contain("Running").And.Contain("0 of 10 images").And.Contain("1 jobs, 0 silos");
        watched.Lines[^1].Should().StartWith("Completed: 10 of 10 images");
        after.Output.Should().Contain("Completed").And.Contain("1 jobs, 1 silos");
    }

    [Fact]
    public async Task Serve_Urls_HaveHealthMetricsAndDashboard()
    {
        using WebProgram silo = await ServeAsync("--dashboard");

        (await silo.Client.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await silo.Client.GetAsync("/health/ready")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await silo.Client.GetStringAsync("/metrics")).Should().Contain("resnet_cluster_images").And.Contain("orleans_");
        (await silo.Client.GetStringAsync("/dashboard/")).Should().Contain("<html");
    }

    [Fact]
    public async Task Cancel_OfAJob_IsSaid_AndItCanOnlyBeDeleted()
    {
        await RunAsync("submit");

        ProgramRun early = await RunAsync("delete", "1");
        ProgramRun canceled = await RunAsync("cancel", "1");
        ProgramRun again = await RunAsync("cancel", "1");
        ProgramRun retried = await RunAsync("retry", "1");
        ProgramRun deleted = await RunAsync("delete", "1");
        ProgramRun status = await RunAsync("status", "1");

        canceled.Output.TrimEnd().Should().Be("Job 1 is canceled.");
        again.Output.TrimEnd().Should().Be("Job 1 had ended before.");
        retried.ShouldBeUnusable().Should().Contain("canceled");
        early.ShouldBeUnusable().Should().Contain("Cancel it first");
        deleted.Output.TrimEnd().Should().Be("Job 1 is deleted.");
        status.ShouldBeUnusable().Should().Contain("There is no job 1");
    }

    [Fact]
    public async Task Retry_RepairedImage_ReplacesItsRow()
    {
        string images = CreateImages(1);
        using WebProgram silo = await ServeAsync();
        await RunAsync("submit", images, "--watch");
        File.Copy(Path.Combine(TestFolders.SampleImages, "cat.png"), Path.Combine(images, Broken), overwrite: true);

        ProgramRun retried = await RunAsync("retry", "1");
        ProgramRun watched = await RunAsync("status", "1", "--watch");
        await RunAsync("results", "1", "--out", _folder["rows.csv"]);

        retried.Output.TrimEnd().Should().Be("Job 1: 1 failed images are classified again.");
        watched.ExitCode.Should().Be(Success, watched.Error);
        ShouldBeThoseOfAPlainLoop(images);
    }

    [Theory]
    [InlineData("status 7", "There is no job 7")]
    [InlineData("cancel 7", "There is no job 7")]
    [InlineData("retry 7", "There is no job 7")]
    [InlineData("results 7 --out rows.csv", "There is no job 7")]
    [InlineData("results 1 --out rows.txt", "rows.txt")]
    [InlineData("results 1 --out missing/rows.csv", "missing")]
    [InlineData("results 1", "--out")]
    [InlineData("status one", "'one'")]
    [InlineData("status --watch", "--watch")]
    [InlineData("cancel", "cancel")]
    [InlineData("submit missing", "missing")]
    [InlineData("submit --shard-size 0", "--shard-size")]
    [InlineData("submit --model resnet51", "'resnet51'")]
    [InlineData("serve missing.onnx", "missing.onnx")]
    [InlineData("serve --port 65536", "--port")]
    [InlineData("serve --address here", "'here'")]
    [InlineData("serve --urls nowhere", "nowhere")]
    public async Task InvalidArguments_AreOneLineOnStandardError(string arguments, string named)
    {
        await RunAsync("submit");

        ProgramRun run = await RunAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("status 1")]
    [InlineData("cancel 1")]
    [InlineData("results 1 --out rows.csv")]
    public async Task Database_Missing_IsSaid_AndNotCreated(string arguments)
    {
        ProgramRun run = await RunAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(Database).And.Contain("resnet cluster submit");
        File.Exists(Database).Should().BeFalse();
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=resnet;Password=open-sesame")]
    [InlineData("postgresql://resnet:open-sesame@127.0.0.1:1/resnet")]
    [InlineData("Hst=127.0.0.1;Port=1;Username=resnet;Password=open-sesame")]
    public async Task Database_ThatCannotBeUsed_IsSaidWithoutItsPassword(string connection)
    {
        ProgramRun run = await ToolProcess.RunAsync("cluster", "status", "--database", connection);

        run.ShouldBeUnusable().Should().NotContain("sesame");
    }

    /// <summary>Stops one of two silos after its first shard.</summary>
    /// <returns>The exit code of that silo.</returns>
    private async Task<int> StopSiloAsync(int signal)
    {
        string images = CreateImages(600);
        using WebProgram first = await ServeAsync(), second = await ServeAsync();
        Task<ProgramRun> job = RunAsync("submit", images, "--shard-size", $"{ShardSize}", "--lease-time", "3", "--watch");
        while (await WrittenAsync(first) == 0)
        {
            job.IsCompleted.Should().BeFalse("the silo must be stopped before the job ends");
            await Task.Delay(5);
        }

        ToolProcess.SendSignal(first.Process.Id, signal).Should().Be(0);
        ProgramRun watched = await job;
        await first.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await RunAsync("results", "1", "--out", _folder["rows.csv"]);

        watched.Output.Should().Contain("Completed: 601 of 601 images, 1 failed");
        ShouldBeThoseOfAPlainLoop(images);
        return first.Process.ExitCode;
    }

    private Task<ProgramRun> RunAsync(params string[] arguments)
        => ToolProcess.RunAsync("cluster", [.. arguments, "--database", Database]);

    private async Task<WebProgram> ServeAsync(params string[] arguments)
    {
        ProcessStartInfo start = ToolProcess.Describe(
            "cluster", new Dictionary<string, string>(), ["serve", .. arguments, "--database", Database]);
        return await WebProgram.StartAsync(start);
    }

    /// <summary>Returns the number of rows that the worker of a silo has written.</summary>
    private static async Task<long> WrittenAsync(WebProgram silo)
        => Images().Match(await silo.Client.GetStringAsync("/metrics")) is { Success: true } match
            ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;

    /// <summary>Creates a folder with copies of the sample images, and one file that is no image.</summary>
    private string CreateImages(int count)
    {
        string[] samples = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        string folder = Directory.CreateDirectory(_folder["images"]).FullName;
        for (int i = 0; i < count; i++)
        {
            string path = Path.Combine(folder, $"{i % 7}", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(samples[i % samples.Length], path);
        }

        File.WriteAllText(Path.Combine(folder, Broken), "no image");
        return folder;
    }

    private void ShouldBeThoseOfAPlainLoop(string images)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        string[][] rows = [.. File.ReadLines(_folder["rows.csv"]).Skip(1).Select(r => r.Split(','))];
        Dictionary<string, string[]> byPath = rows.ToDictionary(r => r[0]);
        string[] files = Directory.GetFiles(images, "*.png", SearchOption.AllDirectories);
        byPath.Keys.Should().BeEquivalentTo(files.Select(f => Path.GetRelativePath(images, f)));
        Dictionary<string, Prediction> known = [];
        foreach (string file in files)
        {
            string[] row = byPath[Path.GetRelativePath(images, file)];
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            row[^4].Should().Be(sha256, file);
            if (File.ReadAllText(file) == "no image")
            {
                row[1].Should().BeEmpty(file);
                row[4].Should().NotBeEmpty(file);
                continue;
            }

            // Copies have one result.
            if (!known.TryGetValue(sha256, out Prediction best))
            {
                best = known[sha256] = classifier.Classify(file).Best;
            }

            row[1].Should().Be(best.Label, file);
            row[3].Should().Be(best.Probability.ToString("F6", CultureInfo.InvariantCulture), file);
            row[4].Should().BeEmpty(file);
        }
    }

    [GeneratedRegex(@"^resnet_cluster_images\S*\{[^}]*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Images();
}
