using System.Globalization;
using Spectre.Console;

namespace ResNet.Net.Samples.Support;

/// <summary>Shows how far many pictures are: a bar with speed and time left, or a line every tenth where nobody watches.</summary>
internal sealed class PictureBar
{
    private const int Tenths = 10;

    private readonly string _name;
    private readonly ProgressTask? _task;
    private long _tenth;

    private PictureBar(string name, ProgressTask? task)
    {
        _name = name;
        _task = task;
    }

    /// <summary>Runs something while the bar is on standard error.</summary>
    public static Task<T> ShowAsync<T>(string name, Func<PictureBar, Task<T>> work)
        where T : class
        => LiveBars.ShowAsync(context => work(new PictureBar(name, context?.AddTask(Terminal.Plain(name)))));

    /// <param name="value">How far.</param>
    /// <param name="also">What else is known by now.</param>
    public void Report(PictureProgress value, string also = "")
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
            Console.Error.WriteLine($"{_name}: {line}");
        }
    }

    /// <summary>A line that stays, such as the name of a picture that failed.</summary>
    public void Say(string line)
    {
        if (_task is null)
        {
            Console.Error.WriteLine(line);
        }
        else
        {
            LiveBars.Console.MarkupLine(Terminal.Plain(line));
        }
    }

    private static string Describe(PictureProgress value, string also)
    {
        string failed = value.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Failed:#,0} failed") : "";
        string left = value.Remaining is TimeSpan remaining && value.Done < value.Total ? string.Create(CultureInfo.InvariantCulture, $", {(long)remaining.TotalHours}:{remaining:mm\\:ss} left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{value.Done:#,0} of {value.Total:#,0}{failed}{also}, {value.PerSecond:F1} images/s{left}");
    }
}
