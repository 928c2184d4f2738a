using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Images;

/// <summary>Shows progress on standard error: a live bar in a terminal, a line every tenth elsewhere.</summary>
internal sealed class ImageProgressBar
{
    private const int Tenths = 10;

    private readonly string _name;
    private readonly ProgressTask? _task;
    private long _tenth;

    private ImageProgressBar(string name, ProgressTask? task)
    {
        _name = name;
        _task = task;
    }

    /// <summary>Runs work while the bar is shown.</summary>
    public static Task<T> ShowAsync<T>(string name, Func<ImageProgressBar, Task<T>> work)
        where T : class
        => LiveBars.ShowAsync(context => work(new ImageProgressBar(name, context?.AddTask(Terminal.Plain(name)))));

    /// <param name="value">The progress.</param>
    /// <param name="also">Other results so far.</param>
    public void Report(ImageProgress value, string also = "")
    {
        string line = Describe(value, also);
        if (_task is not null)
        {
            _task.MaxValue = value.Total;
            _task.Value = value.Done;
            _task.Description = Terminal.Plain(line);
            return;
        }

        long tenth = value.Done * Tenths / Math.Max(value.Total, 1);
        if (tenth > _tenth)
        {
            _tenth = tenth;
            Terminal.Error.WriteLine($"{_name}: {line}");
        }
    }

    /// <summary>Writes a line that stays, such as the name of a failed image.</summary>
    public void WriteLine(string line)
    {
        if (_task is null)
        {
            Terminal.Error.WriteLine(line);
        }
        else
        {
            LiveBars.Console.MarkupLine(Terminal.Plain(line));
        }
    }

    private static string Describe(ImageProgress value, string also)
    {
        string failed = value.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Failed:#,0} failed") : "";
        string left = value.Remaining is TimeSpan remaining && value.Done < value.Total
            ? string.Create(CultureInfo.InvariantCulture, $", {(long)remaining.TotalHours}:{remaining:mm\\:ss} left")
            : "";
        string done = string.Create(CultureInfo.InvariantCulture, $"{value.Done:#,0} of {value.Total:#,0}");
        return string.Create(CultureInfo.InvariantCulture, $"{done}{failed}{also}, {value.PerSecond:F1} images/s{left}");
    }
}
