using Spectre.Console;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Prints text and tables: colored in a terminal, plain elsewhere.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    /// <summary>Standard output for text. Control characters in it don't act.</summary>
    public static TextWriter Out { get; } = new PlainWriter(() => RawOut);

    /// <summary>Standard error for text. Control characters in it don't act.</summary>
    public static TextWriter Error { get; } = new PlainWriter(() => RawError);

#pragma warning disable RS0030 // everything else writes through Out and Error
    /// <summary>Standard output as it is, for formats that escape control characters, and for programs.</summary>
    public static TextWriter RawOut => Console.Out;

    /// <summary>Standard error as it is, for progress bars.</summary>
    public static TextWriter RawError => Console.Error;
#pragma warning restore RS0030

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
    public static string Plain(string text) => Markup.Escape(Printable(text));

    /// <summary>Replaces control characters other than line breaks: tabs by spaces, others by question marks.</summary>
    public static string Printable(string text)
        => text.Any(char.IsControl)
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (int i = 0; i < source.Length; i++)
                {
                    bool isLineBreak = source[i] == '\n' || (source[i] == '\r' && i + 1 < source.Length && source[i + 1] == '\n');
                    span[i] = isLineBreak || !char.IsControl(source[i]) ? source[i] : source[i] == '\t' ? ' ' : '?';
                }
            })
            : text;
}
