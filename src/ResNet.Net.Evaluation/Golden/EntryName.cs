using System.Text.RegularExpressions;

namespace ResNet.Net.Evaluation;

/// <summary>Validates the names of archive entries. Nothing is extracted, but paths outside of the archive are rejected.</summary>
internal static partial class EntryName
{
    private const int MaxShown = 200;

    /// <summary>Returns the problem of a name as a predicate; null if there is none. Independent of the platform.</summary>
    public static string? ProblemOf(string name)
    {
        string[] parts = name.Split('/');
        return name.Length == 0 ? "has no name"
            : name.Contains('\\', StringComparison.Ordinal) ? "has a backslash in its name"
            : ArchiveNames.ProblemOf(name) is string problem ? problem
            : parts[0].Length == 0 ? "has an absolute path"
            : parts.Contains("..") ? "leads out of the archive"
            : parts.Any(p => p.Length >= 2 && p[1] == ':' && char.IsAsciiLetter(p[0])) ? "names a drive"
            : null;
    }

    /// <summary>Normalizes a name: <c>./a//b</c> becomes <c>a/b</c>.</summary>
    public static string Normal(string name) => string.Join('/', name.Split('/').Where(p => p.Length > 0 && p != "."));

    /// <summary>Formats a name for messages: quoted, shortened, without control characters.</summary>
    public static string Shown(string name)
    {
        string plain = string.Concat(name.Take(MaxShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return name.Length > MaxShown ? $"'{plain}...'" : $"'{plain}'";
    }

    /// <summary>Returns whether a name is the name of a tensor.</summary>
    /// <param name="name">The normalized name.</param>
    /// <param name="tensor">Receives the folder, whether the tensor is an input, and its number.</param>
    public static bool IsTensor(string name, out (string Folder, bool IsInput, int Index) tensor)
    {
        Match match = TensorName().Match(name);
        tensor = match.Success
            ? (
                match.Groups["folder"].Value.TrimEnd('/'),
                match.Groups["kind"].ValueSpan is "input",
                int.Parse(match.Groups["index"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            : default;
        return match.Success;
    }

    [GeneratedRegex(
        @"^(?<folder>.*/)?(?<kind>input|output)_(?<index>[0-9]{1,4})\.pb\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex TensorName();
}
