using System.Text.RegularExpressions;

namespace ResNet.Net.Internals.Golden;

/// <summary>The names of an archive's entries. Nothing is extracted, but an archive whose names lead out of it is made to do harm, or by mistake.</summary>
internal static partial class EntryName
{
    private const int MostShown = 200;

    /// <summary>What is wrong with a name, as a predicate; null when nothing is. Judged alike on every platform.</summary>
    public static string? ProblemOf(string name)
    {
        string[] parts = name.Split('/');
        return name.Length == 0 ? "has no name"
            : name.Contains('\\', StringComparison.Ordinal) ? "has a backslash in its name"
            : name.Contains('\0', StringComparison.Ordinal) ? "has a zero byte in its name"
            : parts[0].Length == 0 ? "has an absolute path"
            : parts.Contains("..") ? "leads out of the archive"
            : parts.Any(p => p.Length >= 2 && p[1] == ':' && char.IsAsciiLetter(p[0])) ? "names a drive"
            : null;
    }

    /// <summary>The name without what does not tell files apart: <c>./a//b</c> is <c>a/b</c>.</summary>
    public static string Normal(string name) => string.Join('/', name.Split('/').Where(p => p.Length > 0 && p != "."));

    /// <summary>As messages show it: in quotes, not too long, without control characters.</summary>
    public static string Shown(string name)
    {
        string plain = string.Concat(name.Take(MostShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return name.Length > MostShown ? $"'{plain}...'" : $"'{plain}'";
    }

    /// <summary>Whether the name is that of a tensor.</summary>
    /// <param name="name">A normal name.</param>
    /// <param name="tensor">Its folder, whether it is an input, and its number.</param>
    public static bool IsTensor(string name, out (string Folder, bool IsInput, int Index) tensor)
    {
        Match match = TensorName().Match(name);
        tensor = match.Success
            ? (match.Groups["folder"].Value.TrimEnd('/'), match.Groups["kind"].ValueSpan is "input", int.Parse(match.Groups["index"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            : default;
        return match.Success;
    }

    [GeneratedRegex(@"^(?<folder>.*/)?(?<kind>input|output)_(?<index>[0-9]{1,4})\.pb\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex TensorName();
}
