using System.Diagnostics;
using Spectre.Console;

namespace ResNet.Net.Samples.Support;

/// <summary>Bars on standard error while something runs; standard output is for its result.</summary>
internal static class LiveBars
{
    private static readonly Lazy<IAnsiConsole> LazyConsole = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) }));

    /// <summary>Where the bars are: what is written to it stands above them.</summary>
    public static IAnsiConsole Console => LazyConsole.Value;

    /// <param name="work">Adds its bars to what it is given: null where nobody watches.</param>
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
