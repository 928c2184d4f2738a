using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>Processes share a store, are killed, and run out of disk space. Not in parallel with other tests: there are many.</summary>
[Collection(nameof(Alone))]
public sealed class ModelStoreProcessTests : IDisposable
{
    private const string SmallDisk = "a small disk that another process fills", FileSizeLimit = "a file size limit";

    private const string OnlyPartial = """
        test "$(ls "$ROOT/resnet50-v1-7" | grep -cv partial)" = 0 && echo only the partial file
        """;

    private const string SecondRun = """
        "$@"; second=$?
        sha256sum "$ROOT/resnet50-v1-7/resnet50-v1-7.onnx"
        exit $((first * 10 + second))
        """;

    // Needs no privileges: the kernel enforces the limit on the process.
    private const string LimitFileSize = $"""
        trap '' XFSZ
        (ulimit -f 1000; "$@"); first=$?
        {OnlyPartial}
        {SecondRun}
        """;

    // A memory file system that only these processes see, if the kernel lets this user mount one.
    private const string FillSmallDisk = $"""
        exec unshare -rm sh -c '
        mount -t tmpfs -o size=8m none "$ROOT" || exit 1
        (while [ ! -s "$ROOT/resnet50-v1-7/resnet50-v1-7.onnx.partial" ]; do sleep 0.02; done
        head -c 9000000 /dev/zero > "$ROOT/filler" 2> /dev/null) &
        "$@"; first=$?
        wait; rm "$ROOT/filler"
        {OnlyPartial}
        {SecondRun}
        ' sh "$@"
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly StoreFixture _fixture = new(bytes: 3_000_000);

    public static TheoryData<string> FullDisks
        => OperatingSystem.IsWindows() ? [] : CanMount() ? [FileSizeLimit, SmallDisk] : [FileSizeLimit];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Ensure_EightProcesses_DownloadOnce()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => TestServer.ServeAsync(context, _fixture.File, pause: () => Task.Delay(10)));

        ProgramRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ProgramRun.OfAsync(Start(server))));

        runs.Should().OnlyContain(r => r.ExitCode == StoreProbe.Ready && r.Output.Trim() == _fixture.ModelPath);
        server.Requests.Should().ContainSingle();
        _fixture.ShouldBeStored(_fixture.ModelPath);
    }

    [Fact]
    public async Task Ensure_EightProcessesWithoutFileLocks_AllGetTheRightFile()
    {
        // Like a network disk without locks: .NET silently takes none.
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => TestServer.ServeAsync(context, _fixture.File, pause: () => Task.Delay(10)));
        ProcessStartInfo[] starts = [.. Enumerable.Range(0, 8).Select(_ => Start(server))];
        Array.ForEach(starts, s => s.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1");

        ProgramRun[] runs = await Task.WhenAll(starts.Select(s => ProgramRun.OfAsync(s)));

        runs.Should().OnlyContain(r => r.ExitCode == StoreProbe.Ready && r.Output.Trim() == _fixture.ModelPath);
        server.Requests.Count.Should().BeInRange(1, 8);
        _fixture.ShouldBeStored(_fixture.ModelPath);
    }

    [Fact]
    public async Task Ensure_AfterFiftyKilledProcesses_ResumesAndGetsTheRightFile()
    {
        // So slow that processes are killed at any point of the download.
        bool slow = true;
        await using TestServer server = await TestServer.StartAsync((context, _) => TestServer.ServeAsync(
            context, _fixture.File, chunk: 32 * 1024, pause: () => slow ? Task.Delay(2) : Task.CompletedTask));
        Random random = new(20250701);
        long longest = 0;
        int finished = 0;
        for (int time = 0; time < 50; time++)
        {
            using Process process = Process.Start(Start(server))!;
            int asked = server.Requests.Count;
            if (time % 5 != 0)
            {
                // Most are killed while downloading, a fifth while starting, locking or hashing.
                await UntilAsync(() => process.HasExited || server.Requests.Count > asked);
                await Task.Delay(random.Next(0, 120));
            }
            else
            {
                await Task.Delay(random.Next(0, 200));
            }

            process.Kill();
            await process.WaitForExitAsync();
            if (File.Exists(_fixture.ModelPath))
            {
                IsRight().Should().BeTrue("an incomplete file never has the name of the model");
                File.Delete(_fixture.ModelPath);
                finished++;
            }
            else if (File.Exists(_fixture.PartialPath))
            {
                FileInfo partial = new(_fixture.PartialPath);
                partial.Length.Should().BeLessThanOrEqualTo(_fixture.File.Length);
                longest = Math.Max(longest, partial.Length);
            }
        }

        slow = false;
        ProgramRun run = await ProgramRun.OfAsync(Start(server));

        run.Output.Trim().Should().Be(_fixture.ModelPath);
        _fixture.ShouldBeStored(_fixture.ModelPath);
        longest.Should().BeGreaterThan(0);
        finished.Should().BeLessThan(25, "most were killed before they completed the file");
        server.Requests.Count(r => r.Range is not null && r.IfRange == "\"v1\"")
            .Should().BeGreaterThan(10, "the partial files of killed processes are used");
    }

    [Fact]
    public async Task Ensure_OwnerOfTheLockKilled_TakesOver()
    {
        await using TestServer server = await TestServer.StartAsync((context, n) => TestServer.ServeAsync(
            context, _fixture.File, pause: () => n == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask));
        using Process owner = Process.Start(Start(server))!;
        FileInfo partial = new(_fixture.PartialPath);
        await UntilAsync(() =>
        {
            partial.Refresh();
            return server.Requests.Count == 1 && partial.Exists && partial.Length > 0;
        });
        _fixture.Progress.OnReport = report =>
        {
            if (report.Stage == ModelDownloadStage.Waiting && !owner.HasExited)
            {
                owner.Kill();
            }
        };

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        _fixture.Progress.Reports.Should().Contain(r => r.Stage == ModelDownloadStage.Waiting);
        server.Requests.Should().HaveCount(2);
        server.Requests[1].Range.Should().NotBeNull();
    }

    [Theory]
    [MemberData(nameof(FullDisks))]
    public async Task Ensure_DiskFillsDuringDownload_ThrowsAndResumesWithSpace(string name)
    {
        await using TestServer server = await TestServer.StartAsync((context, n) => TestServer.ServeAsync(
            context, _fixture.File, chunk: 32 * 1024, pause: () => n == 1 ? Task.Delay(10) : Task.CompletedTask));
        Directory.CreateDirectory(_fixture.Root);
        ProcessStartInfo start = Start(server);

        ProgramRun run = await ProgramRun.OfAsync(Shell(name == SmallDisk ? FillSmallDisk : LimitFileSize, _fixture.Root, start));

        run.ExitCode.Should().Be((StoreProbe.Unavailable * 10) + StoreProbe.Ready, run.Output + run.Error);
        run.Output.Should().ContainAll("is full", $"needs {_fixture.File.Length} bytes", "bytes are free", "RESNET_NET_HOME");
        run.Output.Should().Contain("only the partial file", "no other file remains")
            .And.EndWith($"{_fixture.Variant.Files[0].Sha256}  {_fixture.ModelPath}\n");
        server.Requests.Should().HaveCount(2);
        server.Requests[1].Range.Should().StartWith("bytes=", "the bytes that fit are not downloaded again");
    }

    private ProcessStartInfo Start(TestServer server)
        => ProgramRun.Dotnet(
            typeof(StoreProbe).Assembly.Location,
            [_fixture.Root, server.Address, _fixture.File.Length.ToString(CultureInfo.InvariantCulture), _fixture.Model.Sha256]);

    private static ProcessStartInfo Shell(string script, string root, ProcessStartInfo inner)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", script, "sh", inner.FileName, .. inner.ArgumentList]);
        start.Environment["ROOT"] = root;
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime maps a large file, to which the limit applies too
        return start;
    }

    private static bool CanMount()
    {
        try
        {
            using Process process = Process.Start("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            watch.Elapsed.Should().BeLessThan(Limit);
            await Task.Delay(2);
        }
    }

    private bool IsRight()
    {
        using FileStream file = File.OpenRead(_fixture.ModelPath);
        return Convert.ToHexStringLower(SHA256.HashData(file)) == _fixture.Variant.Files[0].Sha256;
    }
}
