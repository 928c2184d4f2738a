using System.Globalization;

namespace ResNet.Net;

/// <summary>Makes texts that others choose, such as names of files, safe for messages, logs and terminals.</summary>
internal static class PrintableText
{
    /// <summary>Whether a viewer interprets a character: a control, a change of the writing direction, or a line separator.</summary>
    public static bool IsInterpreted(char character)
        => char.IsControl(character)
            || char.GetUnicodeCategory(character)
                is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Replaces characters that are interpreted by <c>?</c>.</summary>
    public static string Of(string text) => text.Any(IsInterpreted) ? string.Concat(text.Select(c => IsInterpreted(c) ? '?' : c)) : text;
}
