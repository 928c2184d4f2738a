using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Evaluate;

/// <summary>The files that the options name. Paths that cannot be written are rejected before the evaluation starts.</summary>
internal sealed record OutputFiles(string? Markdown, string? Json, string? Plot, string? Journal)
{
    /// <exception cref="IOException">A folder does not exist, or a path names a folder.</exception>
    public void Check() => TextFiles.Check(Markdown, Json, Plot, Journal);

    /// <summary>The file for the second model: <c>report.json</c> becomes <c>report.against.json</c>.</summary>
    public static string? Beside(string? path, string word)
        => path is null ? null : Path.ChangeExtension(path, word + Path.GetExtension(path));

    public void Write(EvaluationReport report, EvaluationReport? against, ModelComparison? comparison)
    {
        string?[] sections = [report.ToMarkdown(), against?.ToMarkdown(), comparison?.ToMarkdown()];
        TextFiles.Write(Markdown, string.Join("\n", sections.OfType<string>()));
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
