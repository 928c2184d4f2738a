using System.Diagnostics;
using System.Text.Json;

namespace ResNet.Net.Tool.Tests;

/// <summary>Full disks and termination while commands write.</summary>
public sealed class ToolFaultTests : IDisposable
{
    private const int Success = 0, Many = 400;

    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Batch_DiskFills_FailsAndResumesWithSpace()
    {
        string images = MakeMany(), csv = _folder["out", "out.csv"], whole = _folder["out", "whole.csv"];
        (await ToolProcess.RunAsync("batch", images, "--out", whole)).ExitCode.Should().Be(Success);

        ProgramRun limited = await LimitedAsync(blocks: 8, "batch", images, "--out", csv);
        long written = new FileInfo(csv).Length;
        ProgramRun resumed = await ToolProcess.RunAsync("batch", images, "--out", csv);

        ShouldNameTheFailure(limited);
        written.Should().BeLessThan(new FileInfo(whole).Length);
        resumed.ExitCode.Should().Be(Success, resumed.Error);
        Paths(csv).Should().Equal(Paths(whole));
    }

    [UnixFact]
    public async Task SearchIndex_DiskFills_FailsAndKeepsTheOldIndex()
    {
        string images = MakeMany(), index = _folder.Write("images.index", "the old index");

        ProgramRun limited = await LimitedAsync(blocks: 8, "search", "index", images, "--out", index);

        ShouldNameTheFailure(limited);
        File.ReadAllText(index).Should().Be("the old index");
        File.Exists($"{index}.partial").Should().BeFalse();
    }

    [UnixFact]
    public async Task EvaluateJournal_DiskFills_FailsAndResumesWithSpace()
    {
        string journal = _folder["journal.jsonl"], images = MakeLabeled();
        string[] arguments = [images, "--journal", journal, "--json"];
        ProgramRun expected = await ToolProcess.RunAsync("evaluate", images, "--json", _folder["expected.json"]);
        expected.ExitCode.Should().Be(Success, expected.Error);

        ProgramRun limited = await LimitedAsync(blocks: 8, "evaluate", [.. arguments, _folder["limited.json"]]);
        ProgramRun resumed = await ToolProcess.RunAsync("evaluate", [.. arguments, _folder["resumed.json"]]);

        ShouldNameTheFailure(limited);
        File.Exists(_folder["limited.json"]).Should().BeFalse();
        resumed.ExitCode.Should().Be(Success, resumed.Error);
        Correct(_folder["resumed.json"]).Should().Be(Correct(_folder["expected.json"]));
    }

    [UnixFact]
    public async Task Report_DiskIsFull_Fails()
    {
        ProgramRun run = await ToolProcess.RunAsync("evaluate", "--report", "/dev/full");

        ShouldNameTheFailure(run);
    }

    [UnixFact]
    public async Task Batch_Terminated_ResumesAfterTheLastRow()
    {
        string images = MakeMany(), csv = _folder["out", "out.csv"];

        ProgramRun run = await ToolProcess.StopAsync(
            "batch", ToolProcess.Terminate, _ => File.Exists(csv) && new FileInfo(csv).Length > 2000, images, "--out", csv);
        ProgramRun resumed = await ToolProcess.RunAsync("batch", images, "--out", csv);

        run.ExitCode.Should().NotBe(Success);
        resumed.ExitCode.Should().Be(Success, resumed.Error);
        Paths(csv).Should().Equal(Enumerable.Range(0, Many).Select(i => $"{i:D4}.png"));
    }

    [UnixFact]
    public async Task EvaluateJournal_Terminated_ResumesAfterTheLastRecord()
    {
        string journal = _folder["journal.jsonl"], images = MakeLabeled(copies: 400);
        string[] arguments = [images, "--journal", journal, "--json"];
        ProgramRun expected = await ToolProcess.RunAsync("evaluate", images, "--json", _folder["expected.json"]);
        expected.ExitCode.Should().Be(Success, expected.Error);

        ProgramRun run = await ToolProcess.StopAsync(
            "evaluate",
            ToolProcess.Terminate,
            _ => File.Exists(journal) && new FileInfo(journal).Length > 2000,
            [.. arguments, _folder["stopped.json"]]);
        int records = File.ReadLines(journal).Count();
        ProgramRun resumed = await ToolProcess.RunAsync("evaluate", [.. arguments, _folder["resumed.json"]]);

        run.ExitCode.Should().NotBe(Success);
        File.Exists(_folder["stopped.json"]).Should().BeFalse();
        resumed.ExitCode.Should().Be(Success, resumed.Error);
        File.ReadLines(journal).Count().Should().BeGreaterThan(records);
        Correct(_folder["resumed.json"]).Should().Be(Correct(_folder["expected.json"]));
    }

    [UnixFact]
    public async Task SearchIndex_Terminated_KeepsTheOldIndex()
    {
        string images = MakeMany(), index = _folder.Write("images.index", "the old index");

        ProgramRun run = await ToolProcess.StopAsync(
            "search", ToolProcess.Terminate, _ => File.Exists($"{index}.partial"), "index", images, "--out", index);

        run.ExitCode.Should().NotBe(Success);
        File.ReadAllText(index).Should().Be("the old index");
        File.Exists($"{index}.partial").Should().BeFalse();
    }

    [UnixFact]
    public Task Train_Terminated_LeavesTheExistingFile() => StopTrainingAsync(ToolProcess.Terminate);

    [UnixFact]
    public Task Train_Killed_LeavesTheExistingFile() => StopTrainingAsync(ToolProcess.Kill);

    private async Task StopTrainingAsync(int signal)
    {
        string model = _folder.Write("mine.onnx", "an older model");

        ProgramRun run = await ToolProcess.StopAsync(
            "train", signal, error => error.Contains("Features: ", StringComparison.Ordinal), "--out", model);

        run.ExitCode.Should().NotBe(Success);
        File.ReadAllText(model).Should().Be("an older model");
        Directory.GetFiles(_folder.FullPath).Should().Equal(model);
    }

    private static void ShouldNameTheFailure(ProgramRun run)
    {
        run.ExitCode.Should().NotBe(Success, run.Output + run.Error);
        run.Error.Should().MatchRegex("(File too large|No space left|large)").And.NotContain("   at ");
    }

    private static IEnumerable<string> Paths(string csv) => File.ReadLines(csv).Skip(1).Select(line => line.Split(',')[0]);

    private static int Correct(string report)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report));
        return json.RootElement.GetProperty("top1").GetProperty("correct").GetInt32();
    }

    /// <summary>Runs the tool with a limit on the size of files, in blocks of 512 bytes, like a disk that fills.</summary>
    private static Task<ProgramRun> LimitedAsync(int blocks, string command, params string[] arguments)
    {
        ProcessStartInfo start = ToolProcess.Describe(command, NoVariables, arguments);
        string script = $"trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"";
        foreach ((int place, string argument) in ((string[])["-c", script, "sh", start.FileName]).Index())
        {
            start.ArgumentList.Insert(place, argument);
        }

        start.FileName = "sh";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime maps a large file, to which the limit applies too
        return ProgramRun.OfAsync(start);
    }

    private string MakeMany()
    {
        for (int i = 0; i < Many; i++)
        {
            (byte, byte, byte) color = ((byte)(i * 7), (byte)(i * 13), (byte)(i * 29));
            _folder.Write(Path.Combine("many", $"{i:D4}.png"), PngImage.Solid(32, 32, color));
        }

        return Path.Combine(_folder.FullPath, "many");
    }

    /// <summary>Copies the sample images into folders that are named after their labels.</summary>
    private string MakeLabeled(int copies = 20)
    {
        foreach (SampleImage image in SampleImage.All)
        {
            for (int i = 0; i < copies; i++)
            {
                File.Copy(
                    Path.Combine(TestFolders.SampleImages, image.FileName), _folder["labeled", image.Label, $"{i}-{image.FileName}"]);
            }
        }

        return Path.Combine(_folder.FullPath, "labeled");
    }
}
