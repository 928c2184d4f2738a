using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Models;

/// <summary>Downloads variants one after the other: with bars where somebody watches, else with a line for each.</summary>
internal sealed class PullCommand(ModelStore store, IAnsiConsole console)
{
    private readonly List<string> _failures = [];

    public async Task<int> RunAsync(IReadOnlyList<ResNetVariant> variants, CancellationToken cancellationToken)
    {
        if (console.Profile.Capabilities.Ansi && console.Profile.Capabilities.Interactive)
        {
            await console.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(context => PullAllAsync(variants, variant => new Bar(context.AddTask(variant.Id, maxValue: variant.Bytes), console), cancellationToken));
        }
        else
        {
            await PullAllAsync(variants, _ => new NoticeLines(Console.Error), cancellationToken);
        }

        foreach (string failure in _failures)
        {
            Console.Error.WriteLine(failure);
        }

        return _failures.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private async Task PullAllAsync(IReadOnlyList<ResNetVariant> variants, Func<ResNetVariant, IProgress<ModelDownloadProgress>> progress, CancellationToken cancellationToken)
    {
        foreach (ResNetVariant variant in variants)
        {
            IProgress<ModelDownloadProgress> watched = progress(variant);
            try
            {
                string path = await store.EnsureAsync(variant, watched, cancellationToken);
                console.MarkupLine(Terminal.Plain($"{variant.Id}: {path}"));
            }
            catch (ModelUnavailableException exception)
            {
                _failures.Add(exception.Message);
                (watched as Bar)?.Fail();
            }
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
                ModelDownloadStage.Waiting => $"{value.ModelId}, another process downloads",
                ModelDownloadStage.Verifying => $"{value.ModelId}, verifying",
                ModelDownloadStage.Downloading => Terminal.Plain($"{value.ModelId} from {value.Source}"),
                _ => value.ModelId,
            };
            task.Value = value.Bytes;
            if (value.Notice is not null)
            {
                console.MarkupLine($"[yellow]{Terminal.Plain(value.Notice)}[/]");
            }
        }
    }
}
