using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Runs a command line and turns every expected failure into a message on standard error and an exit code.</summary>
internal static class Cli
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        // An image may be called @cat.png, so response files are off.
        ParseResult parsed = root.Parse(args.Length > 0 ? args : ["--help"], new ParserConfiguration { ResponseFileTokenReplacer = null });
        Console.OutputEncoding = Encoding.UTF8;
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction or null)
        {
            Terminal.Error.WriteLine(Describe(parsed));
            return ExitCode.Unusable;
        }

        try
        {
            InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false };
            if (parsed.CommandResult.Command is ToolCommand command)
            {
                configuration.ProcessTerminationTimeout = command.TimeToEnd;
            }

            int exitCode = await parsed.InvokeAsync(configuration);
            return exitCode == ExitCode.Canceled ? throw new OperationCanceledException() : exitCode;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error.WriteLine((parsed.CommandResult.Command as ToolCommand)?.WhenCanceled ?? "Canceled.");
            return ExitCode.Canceled;
        }
        catch (Exception exception) when (Failure.IsExpected(exception))
        {
            Terminal.Error.WriteLine(Failure.Describe(exception));
            return ExitCode.Unusable;
        }
    }

    // On one line, and an unknown command or option by its name.
    private static string Describe(ParseResult parsed)
        => parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [string token, ..]
            ? $"There is no {(token.StartsWith('-') ? "option" : "command")} '{token}'. See --help."
            : string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
