using Spectre.Console;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Prints tables: colored in a terminal, plain elsewhere.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        // Files and pipes get plain text of a fixed width, even where Spectre.Console would add colors (some CI services).
        IAnsiConsole plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        plain.Profile.Width = PlainWidth;
        return plain;
    }

    /// <summary>Escapes text so that neither markup nor control characters in it act.</summary>
    public static string Plain(string text) => Markup.Escape(string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? '?' : c)));
}
