using ResNet.Net.Quantization;
using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Quantize;

/// <summary>Shows how far a quantization is: a bar a stage, or a line a stage where nobody watches.</summary>
internal sealed class ProgressBars : IProgress<QuantizationProgress>
{
    private readonly ProgressContext? _context;
    private readonly Dictionary<QuantizationStage, ProgressTask> _bars = [];
    private readonly Lock _lock = new();
    private QuantizationStage? _last;

    private ProgressBars(ProgressContext? context) => _context = context;

    /// <summary>Runs a quantization while bars are on standard error; standard output is for the report.</summary>
    public static Task<QuantizationResult> ShowAsync(Func<IProgress<QuantizationProgress>, QuantizationResult> quantize)
        => LiveBars.ShowAsync(context => Task.Run(() => quantize(new ProgressBars(context))));

    public void Report(QuantizationProgress value)
    {
        lock (_lock)
        {
            string text = value.Detail.Length > 0 ? $"{value.Stage}: {value.Detail}" : value.Stage.ToString();
            if (_context is null)
            {
                // While tuning every model is news.
                if (_last != value.Stage || value.Detail.Length > 0)
                {
                    Console.Error.WriteLine(text);
                }

                _last = value.Stage;
                return;
            }

            if (!_bars.TryGetValue(value.Stage, out ProgressTask? bar))
            {
                _bars[value.Stage] = bar = _context.AddTask(Terminal.Plain(text));
            }

            bar.Description = Terminal.Plain(text);
            bar.IsIndeterminate = value.Total == 0;
            bar.MaxValue = Math.Max(value.Total, 1);
            bar.Value = value.Done;
        }
    }
}
