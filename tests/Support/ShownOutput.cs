using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ResNet.Net.Tests.Support;

/// <summary>
/// Compares the output that a page shows with the output of the program. <c>…</c> matches any text in a line; alone in a line, it matches
/// any lines. Times and rates match any. Numbers with a decimal point may differ by two of the last digit or by 2 %, whichever is more,
/// since processors round differently. Column widths may differ. Everything else must be equal.
/// </summary>
internal static partial class ShownOutput
{
    private const double Relative = 0.02, LastDigits = 2;

    /// <summary>Describes the difference; null when there is none.</summary>
    public static string? Difference(string shown, string actual)
    {
        string[] expectedLines = Lines(shown);
        string wanted = string.Join('\n', expectedLines.Select(l => Varies().Replace(l, "…")));
        Match match = Regex.Match(string.Join('\n', Lines(actual)), Pattern(wanted), RegexOptions.None, TimeSpan.FromSeconds(10));
        if (!match.Success)
        {
            return $"The page shows\n{shown}\nand the program prints\n{actual}";
        }

        string[] numbers = [.. Decimal().Matches(wanted).Select(m => m.Value)];
        for (int i = 0; i < numbers.Length; i++)
        {
            string found = match.Groups[i + 1].Value;
            double expected = Parse(numbers[i]), tolerance = Math.Max(
                LastDigits * Math.Pow(10, -numbers[i].Split('.')[1].Length), Relative * Math.Abs(expected));
            if (Math.Abs(expected - Parse(found)) > tolerance * (1 + 1e-9))
            {
                return $"The page shows {numbers[i]}, and the program prints {found}:\n{actual}";
            }
        }

        return null;
    }

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    private static string[] Lines(string text)
        => [.. text.TrimEnd().Split('\n').Select(l => Spaces().Replace(Rules().Replace(l, "$1"), " ").TrimEnd())];

    private static string Pattern(string wanted)
    {
        StringBuilder pattern = new(@"\A");
        foreach (string line in wanted.Split('\n'))
        {
            if (line == "…")
            {
                pattern.Append(@"(?:.*\n)+?");
                continue;
            }

            foreach (string part in DecimalOrAnything().Split(line))
            {
                pattern.Append(part == "…" ? ".*?" : Decimal().IsMatch(part) ? @"(-?\d+\.\d+)" : Regex.Escape(part));
            }

            pattern.Append(@"\n");
        }

        // The last line has no line break.
        return pattern.Remove(pattern.Length - 2, 2).Append(@"\z").ToString();
    }

    // Milliseconds in the last column of a table, and everything named as a time or a rate.
    [GeneratedRegex(
        @"(?<=│ )\d+\.\d(?= │$)|\d+\.\d(?= (?:decode|preprocess|model\b|images/s))"
            + @"|(?<=images/s on CPU, ).*|(?<=^│ (?:ms per image|images/s) │).*")]
    private static partial Regex Varies();

    [GeneratedRegex(@"-?\d+\.\d+")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"(-?\d+\.\d+|…)")]
    private static partial Regex DecimalOrAnything();

    [GeneratedRegex(@"([─-])\1+")]
    private static partial Regex Rules();

    [GeneratedRegex(@" {2,}")]
    private static partial Regex Spaces();
}
