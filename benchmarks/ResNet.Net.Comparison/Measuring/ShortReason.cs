using System.Text.RegularExpressions;

namespace ResNet.Net.Comparison;

/// <summary>Shortens error messages of other libraries to a line for a table cell, without paths of this machine.</summary>
internal static partial class ShortReason
{
    private const int MaxLength = 160;

    public static string Of(string message)
    {
        string line = message.ReplaceLineEndings(" ").Replace('|', '/');
        line = AbsolutePath().Replace(line, match => Path.GetFileName(match.Value)).Trim();
        return line.Length <= MaxLength ? line : $"{line[..MaxLength].TrimEnd()} ...";
    }

    [GeneratedRegex(@"(?<![\w.])/(?:[\w.+-]+/)+[\w.+-]+")]
    private static partial Regex AbsolutePath();
}
