using System.CommandLine;
using System.Text;

namespace ResNet.Net.Samples.Support;

/// <summary>How every sample reads its command line and ends.</summary>
internal static class Cli
{
    // After Ctrl+C the batch that runs may end; longer than this nobody waits.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(10);

    /// <summary>Says what a command does. It does it on a thread of its own, so that Ctrl+C is heard from the first moment.</summary>
    public static void Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> work)
        => command.SetAction((options, cancellationToken) => Task.Run(() => work(options, cancellationToken), cancellationToken));

    /// <summary>Does what the arguments ask for. What is wrong with them, or with what they name, becomes a message on standard error, and no stack trace.</summary>
    /// <param name="command">The command, or one with commands of its own.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="whenCancelled">What people should know who have pressed Ctrl+C.</param>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RootCommand command, string[] args, string whenCancelled = "Cancelled.")
    {
        // A picture may be called @cat.png: no response files.
        ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Console.OutputEncoding = Encoding.UTF8;
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine(parsed.Errors[0].Message);
            return ExitCode.Unusable;
        }

        try
        {
            int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToEnd });
            return exitCode == ExitCode.Cancelled ? throw new OperationCanceledException() : exitCode;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(whenCancelled);
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (Failure.IsExpected(exception))
        {
            Console.Error.WriteLine(Failure.Describe(exception));
            return ExitCode.Unusable;
        }
    }
}
