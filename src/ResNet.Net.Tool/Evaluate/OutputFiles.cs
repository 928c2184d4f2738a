using ResNet.Net.Evaluation;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Evaluate;

/// <summary>The files that the options ask for. Where they cannot be written, that is said before hours are spent.</summary>
internal sealed record OutputFiles(string? Markdown, string? Json, string? Plot, string? Journal)
{
    /// <exception cref="IOException">A folder is missing, or a folder has the file's name.</exception>
    public void Check() => TextFiles.Check(Markdown, Json, Plot, Journal);

    /// <summary>What belongs to the second model: <c>report.json</c> becomes <c>report.against.json</c>.</summary>
    public static string? Beside(string? path, string word) => path is null ? null : Path.ChangeExtension(path, word + Path.GetExtension(path));

    public void Write(EvaluationReport report, EvaluationReport? against, ModelComparison? comparison)
    {
        TextFiles.Write(Markdown, string.Join("\n", ((string?[])[report.ToMarkdown(), against?.ToMarkdown(), comparison?.ToMarkdown()]).OfType<string>()));
        TextFiles.Write(Json, report.ToJson());
        TextFiles.Write(Plot, EvaluationPlot.ToSvg(report));
        if (against is not null && comparison is not null)
        {
            TextFiles.Write(Beside(Json, "against"), against.ToJson());
            TextFiles.Write(Beside(Json, "comparison"), comparison.ToJson());
            TextFiles.Write(Beside(Plot, "against"), EvaluationPlot.ToSvg(against));
        }
    }
}
