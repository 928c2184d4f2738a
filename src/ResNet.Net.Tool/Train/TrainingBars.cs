using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Training;
using Spectre.Console;

namespace ResNet.Net.Tool.Train;

/// <summary>Shows the progress of a training run: one bar per stage in a terminal, a line every tenth elsewhere.</summary>
internal sealed class TrainingBars : IProgress<TrainingProgress>
{
    private const int Tenths = 10;

    private readonly ProgressContext? _context;
    private readonly Dictionary<TrainingStage, ProgressTask> _bars = [];
    private readonly Dictionary<TrainingStage, int> _tenths = [];
    private readonly Lock _lock = new();

    private TrainingBars(ProgressContext? context) => _context = context;

    /// <summary>Runs a training while the bars are shown.</summary>
    public static Task<TrainedClassifier> ShowAsync(Func<IProgress<TrainingProgress>, Task<TrainedClassifier>> train)
        => LiveBars.ShowAsync(context => train(new TrainingBars(context)));

    public void Report(TrainingProgress value)
    {
        lock (_lock)
        {
            string line = Describe(value);
            if (_context is not null)
            {
                if (!_bars.TryGetValue(value.Stage, out ProgressTask? bar))
                {
                    _bars[value.Stage] = bar = _context.AddTask(Terminal.Plain(line));
                }

                bar.Description = Terminal.Plain(line);
                bar.MaxValue = Math.Max(value.Total, 1);
                bar.Value = value.Completed;
                return;
            }

            int tenth = (int)((long)value.Completed * Tenths / Math.Max(value.Total, 1));
            if (tenth > _tenths.GetValueOrDefault(value.Stage))
            {
                _tenths[value.Stage] = tenth;
                Terminal.Error.WriteLine(line);
            }
        }
    }

    private static string Describe(TrainingProgress value)
    {
        string cached = value.Cached > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Cached:#,0} from the cache") : "";
        string left = value.Remaining is TimeSpan remaining && value.Completed < value.Total
            ? string.Create(CultureInfo.InvariantCulture, $", {(long)remaining.TotalHours}:{remaining:mm\\:ss} left")
            : "";
        string unit = value.Stage == TrainingStage.Features ? " images" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{value.Stage}: {value.Completed:#,0} of {value.Total:#,0}{unit}{cached}{left}");
    }
}
