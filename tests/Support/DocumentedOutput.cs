using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ResNet.Net.Tests.Support;

/// <summary>Compares output in a documentation page with the output of the program.</summary>
/// <remarks>
/// <c>…</c> matches any text within a line. A line with only <c>…</c> matches one or more lines. Times, rates and column widths are
/// ignored. Decimal numbers may differ by two units of the last digit or by 2 %, whichever is more, because processors round differently.
/// Everything else must be equal.
/// </remarks>
internal static partial class DocumentedOutput
{
    private const double RelativeTolerance = 0.02;
    private const double LastDigitTolerance = 2;

    /// <summary>Describes the first difference; null if there is none.</summary>
    public static string? Difference(string documented, string actual)
    {
        string expectedText = string.Join('\n', Lines(documented).Select(l => TimeOrRate().Replace(l, "…")));
        Match match = Regex.Match(string.Join('\n', Lines(actual)), Pattern(expectedText), RegexOptions.None, TimeSpan.FromSeconds(10));
        if (!match.Success)
        {
            return $"The page contains\n{documented}\nbut the program prints\n{actual}";
        }

        string[] numbers = [.. Decimal().Matches(expectedText).Select(m => m.Value)];
        for (int i = 0; i < numbers.Length; i++)
        {
            string found = match.Groups[i + 1].Value;
            double expected = Parse(numbers[i]);
            double lastDigit = Math.Pow(10, -numbers[i].Split('.')[1].Length);
            double tolerance = Math.Max(LastDigitTolerance * lastDigit, RelativeTolerance * Math.Abs(expected));
            if (Math.Abs(expected - Parse(found)) > tolerance * (1 + 1e-9))
            {
                return $"The page contains {numbers[i]}, but the program prints {found}:\n{actual}";
            }
        }

        return null;
    }

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    private static string[] Lines(string text)
        => [.. text.TrimEnd().Split('\n').Select(l => Spaces().Replace(TableRule().Replace(l, "$1"), " ").TrimEnd())];

    private static string Pattern(string expectedText)
    {
        StringBuilder pattern = new(@"\A");
        foreach (string line in expectedText.Split('\n'))
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

    // Milliseconds in the last column of a table, and values that are labeled as a time or a rate.
    [GeneratedRegex(
        @"(?<=│ )\d+\.\d(?= │$)|"
        + @"\d+\.\d(?= (?:decode|preprocess|model\b|images/s))|"
        + @"(?<=images/s on CPU, ).*|"
        + @"(?<=^│ (?:ms per image|images/s) │).*")]
    private static partial Regex TimeOrRate();

    [GeneratedRegex(@"-?\d+\.\d+")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"(-?\d+\.\d+|…)")]
    private static partial Regex DecimalOrAnything();

    [GeneratedRegex(@"([─-])\1+")]
    private static partial Regex TableRule();

    [GeneratedRegex(@" {2,}")]
    private static partial Regex Spaces();
}
