using System.Globalization;
using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Formats numbers and names for reports, independently of the culture.</summary>
internal static class Format
{
    public static string Count(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Percent(double value) => double.IsNaN(value) ? "-" : $"{Fixed(value, 2)} %";

    public static string Fixed(double value, int digits)
        => double.IsNaN(value) ? "-" : value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    public static string PValue(double value) => value < 0.0001 ? value.ToString("0.0e-0", CultureInfo.InvariantCulture) : Fixed(value, 4);

    public static string Interval(ConfidenceInterval interval) => $"{Fixed(interval.Low, 2)} to {Fixed(interval.High, 2)}";

    public static string Crops(CropSampling crops) => crops == CropSampling.TenCrop ? "ten crops" : "center crop";

    public static string Duration(TimeSpan time)
        => time.TotalMinutes < 1 ? $"{Fixed(time.TotalSeconds, 1)} s" : time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    public static string Speed(EvaluationReport report)
    {
        string resumed = report.Resumed > 0 ? $"; {Plural(report.Resumed, "image")} from the journal" : "";
        return report.Resumed == report.Images.Count
            ? "all images from the journal"
            : $"{Fixed(report.ImagesPerSecond, 1)} images/s on {Plain(report.ExecutionProvider)}, {Duration(report.Duration)}{resumed}";
    }

    /// <summary>Replaces control and format characters, which file names may contain.</summary>
    public static string Plain(string text)
        => PrintableText.Of(text);

    /// <summary>Escapes text, so that file names and labels are not interpreted as Markdown or HTML.</summary>
    public static string Markdown(string text)
    {
        StringBuilder escaped = new();
        foreach (char c in Plain(text))
        {
            escaped.Append(c is '|' or '\\' or '*' or '_' or '`' or '[' or ']' or '<' or '#' ? $"\\{c}" : $"{c}");
        }

        return escaped.ToString();
    }

    /// <summary>Shortens text for a column.</summary>
    public static string Shorten(string text, int length) => Plain(text.Length > length ? text[..(length - 3)] + "..." : text);

    public static string Plural(int count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";
}
