using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Evaluate;

/// <summary>Shows how far an evaluation is: a bar with speed and time left, or a line every tenth where nobody watches.</summary>
internal sealed class EvaluationBar : IProgress<EvaluationProgress>
{
    private const int Tenths = 10;

    private readonly string _model;
    private readonly ProgressTask? _task;
    private int _tenth;

    private EvaluationBar(string model, ProgressTask? task)
    {
        _model = model;
        _task = task;
    }

    /// <summary>Runs an evaluation while the bar is on standard error; standard output is for the report.</summary>
    public static async Task<EvaluationReport> ShowAsync(string model, int pictures, Func<IProgress<EvaluationProgress>, Task<EvaluationReport>> evaluate)
    {
        if (Console.IsErrorRedirected)
        {
            return await evaluate(new EvaluationBar(model, null));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        EvaluationReport? report = null;
        await console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context => report = await evaluate(new EvaluationBar(model, context.AddTask(Terminal.Plain(model), maxValue: pictures))));
        return report ?? throw new UnreachableException();
    }

    public void Report(EvaluationProgress value)
    {
        string line = Describe(value);
        if (_task is not null)
        {
            _task.Value = value.Done;
            _task.Description = Terminal.Plain(line);
            return;
        }

        int tenth = (int)((long)value.Done * Tenths / value.Total);
        if (tenth > _tenth)
        {
            _tenth = tenth;
            Console.Error.WriteLine($"{_model}: {line}");
        }
    }

    private static string Describe(EvaluationProgress value)
    {
        string failed = value.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Failed} failed") : "";
        string left = value.Remaining is TimeSpan remaining && value.Done < value.Total ? $", {remaining.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{value.Done:#,0} of {value.Total:#,0}{failed}, top-1 {value.Top1:F2} %, {value.ImagesPerSecond:F1} images/s{left}");
    }
}
