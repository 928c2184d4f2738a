using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
            $"No silo is running. Start one: resnet cluster serve --database {Database}",
            $"Progress: resnet cluster status 1 --watch --database {Database}");
        before.Output.Should().Contain("samples").And.Contain("Running").And.Contain("0 of 10 images").And.Contain("1 job, 0 silos in");
        watched.Lines[^1].Should().StartWith("Completed: 10 of 10 images");
        after.Output.Should().Contain("Completed").And.Contain("1 job, 1 silo in");
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
        ProgramRun results = await RunAsync("results", "1", "--out", _folder["rows.csv"]);
        ProgramRun deleted = await RunAsync("delete", "1");
        ProgramRun status = await RunAsync("status", "1");

        canceled.Output.TrimEnd().Should().Be("Job 1 is canceled.");
        again.Output.TrimEnd().Should().Be("Job 1 has already ended.");
        retried.ShouldBeUnusable().Should().Contain("canceled");
        early.ShouldBeUnusable().Should().Contain("Cancel it first");
        results.Error.TrimEnd().Should().Be(
            "Warning: job 1 is canceled. Images that were not classified have no row in the file.");
        results.Output.TrimEnd().Should().Be($"0 rows in {_folder["rows.csv"]}.");
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

        retried.Output.TrimEnd().Should().Be("Job 1: 1 failed image will be classified again.");
        watched.ExitCode.Should().Be(Success, watched.Error);
        ShouldBeThoseOfAPlainLoop(images);
    }

    [Theory]
    [InlineData("status 7", "There is no job 7")]
    [InlineData("cancel 7", "There is no job 7")]
    [InlineData("retry 7", "There is no job 7")]
    [InlineData("results 7 --out rows.csv", "There is no job 7")]
    [InlineData("results 1 --out rows.txt", "'rows.txt' has an unsupported extension")]
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
    [InlineData("serve --address 0.0.0.0", "0.0.0.0. Name an address of this machine with --address.")]
    [InlineData("serve --address 192.0.2.1 --port 1234", "192.0.2.1:1234")]
    [InlineData("serve --address 192.0.2.1", "Name an address of this machine with --address.")]
    [InlineData("serve --urls http://192.0.2.1:1234", "http://192.0.2.1:1234")]
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
    [InlineData("Host = 127.0.0.1; Port = 1; Username = resnet; Password = open-sesame")]
    [InlineData("mysql://resnet:open-sesame@127.0.0.1/resnet")]
    [InlineData("postgresql+psycopg2://resnet:open-sesame@127.0.0.1/resnet")]
    [InlineData("host=127.0.0.1 port=1 user=resnet password=open-sesame")]
    [InlineData("dbname=resnet password=open-sesame")]
    [InlineData("password=open-sesame")]
    [InlineData("Hst=127.0.0.1;Port=1;Username=resnet;Password=open-sesame")]
    public async Task Database_ThatCannotBeUsed_IsSaidWithoutItsPassword(string connection)
    {
        ProgramRun run = await ToolProcess.RunAsync("cluster", "status", "--database", connection);

        run.ShouldBeUnusable().Should().NotContain("sesame");
    }

    [Theory]
    [InlineData("--port", "", "another port with --port.")]
    [InlineData("--urls", "http://127.0.0.1:", "Name other addresses with --urls.")]
    public async Task Serve_PortInUse_IsOneLineWithTheEndpointAndTheOption(string option, string prefix, string remedy)
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        ProgramRun run = await RunAsync("serve", option, $"{prefix}{port}");

        run.ShouldBeUnusable().Should().Contain($"127.0.0.1:{port}").And.EndWith(remedy).And.NotContain("\n");
    }

    [Fact]
    public async Task Results_OutIsTheListOfTheJob_IsRejected()
    {
        string text = Path.Combine(TestFolders.SampleImages, "cat.png");
        string list = _folder.Write("list.csv", text);
        await RunAsync("submit", list);

        ProgramRun run = await RunAsync("results", "1", "--out", list);

        run.ShouldBeUnusable().Should().Contain(list).And.Contain("would be replaced");
        File.ReadAllText(list).Should().Be(text);
    }

    [Fact]
    public async Task Submit_DatabaseOfTheVariable_SuggestsCommandsWithoutOption()
    {
        Dictionary<string, string> environment = new() { ["RESNET_NET_DATABASE"] = Database };

        ProgramRun submitted = await ToolProcess.RunAsync("cluster", environment, "submit");

        submitted.Lines[1..].Should().Equal(
            "No silo is running. Start one: resnet cluster serve", "Progress: resnet cluster status 1 --watch");
        File.Exists(Database).Should().BeTrue();
    }

    [UnixFact]
    public async Task Watch_WithoutSilo_SaysSo()
    {
        await RunAsync("submit");

        ProgramRun run = await ToolProcess.StopAsync(
            "cluster", ToolProcess.Interrupt, e => e.Contains("No silo is running", StringComparison.Ordinal),
            "status", "1", "--watch", "--database", Database);

        run.ShouldBeCanceled();
    }

    [UnixFact]
    public async Task Status_SubmitterWasKilled_SaysHowToGoOn()
    {
        // Long enough to be killed in the middle: every line is a shard.
        string list = _folder.Write("list.txt", string.Concat(Enumerable.Repeat("a\n", 4_000_000)));
        using Process submitter = Process.Start(ToolProcess.Describe(
            "cluster", new Dictionary<string, string>(), "submit", list, "--shard-size", "1", "--database", Database))!;
        ProgramRun status;
        do
        {
            submitter.HasExited.Should().BeFalse("it reads its list");
            status = await RunAsync("status", "1");
        }
        while (status.ExitCode != Success);

        submitter.Kill();
        await submitter.WaitForExitAsync();
        ProgramRun all = await RunAsync("status");
        ProgramRun canceled = await RunAsync("cancel", "1");

        const string Hint = "Job 1 is being submitted. If 'resnet cluster submit' has ended, cancel the job and submit it again.";
        status.Lines.Should().Contain(Hint);
        all.Output.Should().Contain(Hint);
        canceled.Output.TrimEnd().Should().Be("Job 1 is canceled.");
    }

    [Fact]
    public async Task Help_OfTheGroup_FitsTheScreen()
    {
        ProgramRun help = await ToolProcess.RunAsync("cluster", "--help");

        help.Output.Should().Contain("serve <models>").And.NotContain("resnet18-v1-7");
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
