using System.Diagnostics;
using Spectre.Console;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Shows progress bars on standard error while work runs; standard output is for the result.</summary>
internal static class LiveBars
{
    private static readonly Lazy<IAnsiConsole> LazyConsole
        = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.RawError) }));

    /// <summary>The console of the bars: text written to it appears above them.</summary>
    public static IAnsiConsole Console => LazyConsole.Value;

    /// <param name="work">Adds its bars to the context, which is null when standard error is redirected.</param>
    public static async Task<T> ShowAsync<T>(Func<ProgressContext?, Task<T>> work)
        where T : class
    {
        if (System.Console.IsErrorRedirected)
        {
            return await work(null);
        }

        T? result = null;
        await Console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context => result = await work(context));
        return result ?? throw new UnreachableException();
    }
}
