using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Models;

/// <summary>Downloads variants one after the other, with progress bars in a terminal.</summary>
internal sealed class PullCommand(ModelStore store, IAnsiConsole console, OutputFormat format)
{
    private readonly List<ModelUnavailableException> _failures = [];

    public async Task<int> RunAsync(IReadOnlyList<ResNetVariant> variants, CancellationToken cancellationToken)
    {
        if (format == OutputFormat.Text && console.Profile.Capabilities.Ansi && console.Profile.Capabilities.Interactive)
        {
            await console.Progress()
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new DownloadedColumn(),
                    new TransferSpeedColumn(),
                    new RemainingTimeColumn())
                .StartAsync(context => PullAllAsync(
                    variants, variant => new Bar(context.AddTask(variant.Id, maxValue: variant.Bytes ?? 1), console), cancellationToken));
        }
        else
        {
            await PullAllAsync(variants, _ => new NoticeLines(Terminal.Error), cancellationToken);
        }

        foreach (ModelUnavailableException failure in _failures)
        {
            Terminal.Error.WriteLine(LibraryTerms.Replace(failure.Message));
        }

        return _failures.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private async Task PullAllAsync(
        IReadOnlyList<ResNetVariant> variants,
        Func<ResNetVariant, IProgress<ModelDownloadProgress>> progress,
        CancellationToken cancellationToken)
    {
        foreach (ResNetVariant variant in variants)
        {
            IProgress<ModelDownloadProgress> observer = progress(variant);
            try
            {
                string path = await store.EnsureAsync(variant, observer, cancellationToken);
                Print(variant, path, null);
            }
            catch (ModelUnavailableException exception)
            {
                _failures.Add(exception);
                (observer as Bar)?.Fail();
                Print(variant, null, LibraryTerms.Replace(exception.Message));
            }
        }
    }

    private void Print(ResNetVariant variant, string? path, string? error)
    {
        if (format == OutputFormat.Json)
        {
            JsonLines.Write(new ResultLine(variant.Id, error is null ? "pulled" : "failed", path, error), ModelsJson.Default.ResultLine);
        }
        else if (error is null)
        {
            console.MarkupLine(Terminal.Plain($"{variant.Id}: {path}"));
        }
    }

    private sealed class Bar(ProgressTask task, IAnsiConsole console) : IProgress<ModelDownloadProgress>
    {
        private string _id = "";

        public void Fail()
        {
            task.Description = $"[red]{_id}, failed[/]";
            task.StopTask();
        }

        public void Report(ModelDownloadProgress value)
        {
            _id = value.ModelId;
            task.Description = value.Stage switch
            {
                ModelDownloadStage.Waiting => $"{value.ModelId}, waiting for another process",
                ModelDownloadStage.Verifying => $"{value.ModelId}, verifying",
                ModelDownloadStage.Converting => $"{value.ModelId}, converting",
                ModelDownloadStage.Downloading => Terminal.Plain($"{value.ModelId} from {value.Source}"),
                _ => value.ModelId,
            };
            task.MaxValue = Math.Max(1, value.TotalBytes);
            task.Value = value.Bytes;
            if (value.Notice is not null)
            {
                console.MarkupLine($"[yellow]{Terminal.Plain(value.Notice)}[/]");
            }
        }
    }
}
