using ResNet.Net.Quantization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Quantize;

/// <summary>Shows the progress of a quantization: one bar per stage in a terminal, one line per stage elsewhere.</summary>
internal sealed class ProgressBars : IProgress<QuantizationProgress>
{
    private readonly ProgressContext? _context;
    private readonly Dictionary<QuantizationStage, ProgressTask> _bars = [];
    private readonly Lock _lock = new();
    private QuantizationStage? _last;

    private ProgressBars(ProgressContext? context) => _context = context;

    /// <summary>Runs a quantization while the bars are shown.</summary>
    public static Task<QuantizationResult> ShowAsync(Func<IProgress<QuantizationProgress>, QuantizationResult> quantize)
        => LiveBars.ShowAsync(context => Task.Run(() => quantize(new ProgressBars(context))));

    public void Report(QuantizationProgress value)
    {
        lock (_lock)
        {
            string text = value.Detail.Length > 0 ? $"{Name(value.Stage)}: {value.Detail}" : Name(value.Stage);
            bool isNext = _last != value.Stage;
            _last = value.Stage;
            if (_context is not null)
            {
                Show(_context, value, text, isNext);
            }
            else if (isNext || value.Detail.Length > 0)
            {
                // While tuning, every measured model has its own line.
                Terminal.Error.WriteLine(text);
            }
        }
    }

    private void Show(ProgressContext context, QuantizationProgress value, string text, bool isNext)
    {
        if (isNext)
        {
            // Not every stage reports its end.
            foreach (ProgressTask before in _bars.Values)
            {
                (before.IsIndeterminate, before.Value) = (false, before.MaxValue);
            }
        }

        if (!_bars.TryGetValue(value.Stage, out ProgressTask? bar))
        {
            _bars[value.Stage] = bar = context.AddTask(Terminal.Plain(text));
        }

        bar.Description = Terminal.Plain(text);
        bar.IsIndeterminate = value.Total == 0;
        bar.MaxValue = Math.Max(value.Total, 1);
        bar.Value = value.Completed;
    }

    private static string Name(QuantizationStage stage) => stage switch
    {
        QuantizationStage.ChoosingRanges => "Choosing ranges",
        QuantizationStage.MeasuringSqnr => "Measuring noise",
        _ => stage.ToString(),
    };
}
