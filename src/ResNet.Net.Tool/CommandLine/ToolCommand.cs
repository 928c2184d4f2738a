using System.CommandLine;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Represents a command that does work, as opposed to one that only groups others.</summary>
internal sealed class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>Gets what users should know after Ctrl+C.</summary>
    public string WhenCanceled { get; init; } = "Canceled.";

    /// <summary>Gets the time within which the command may complete what it is doing after Ctrl+C.</summary>
    public TimeSpan TimeToEnd { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sets the work. It runs on its own thread, so that Ctrl+C is handled from the first moment.</summary>
    public void Does(Func<ParseResult, CancellationToken, Task<int>> work)
        => SetAction((options, cancellationToken) => Task.Run(() => work(options, cancellationToken), cancellationToken));

    /// <summary>Adds options.</summary>
    public void Add(params IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            Options.Add(option);
        }
    }
}
