using Spectre.Console;

namespace ResNet.Net.Samples.Support;

/// <summary>What the samples share to print tables for people.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        // Files and pipes get plain text of a fixed width, also where Spectre.Console colours on its own (some CI services).
        IAnsiConsole plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false } });
        plain.Profile.Width = PlainWidth;
        return plain;
    }

    /// <summary>Text that is shown as it is: neither markup nor the terminal's control characters act.</summary>
    public static string Plain(string text) => Markup.Escape(string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? '?' : c)));
}
