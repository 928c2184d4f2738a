using System.Text;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Samples.Evaluate;

/// <summary>The files that the options ask for. Where they cannot be written, that is said before hours are spent.</summary>
internal sealed record OutputFiles(string? Markdown, string? Json, string? Plot, string? Journal)
{
    /// <exception cref="IOException">A folder is missing, or a folder has the file's name.</exception>
    public void Check()
    {
        foreach (string path in ((string?[])[Markdown, Json, Plot, Journal]).OfType<string>())
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder: name a file.");
            }

            if (!Directory.Exists(folder))
            {
                throw new DirectoryNotFoundException($"There is no folder '{folder}' for '{path}'. Create it, or name another.");
            }
        }
    }

    /// <summary>What belongs to the second model: <c>report.json</c> becomes <c>report.against.json</c>.</summary>
    public static string? Beside(string? path, string word) => path is null ? null : Path.ChangeExtension(path, word + Path.GetExtension(path));

    public void Write(EvaluationReport report, EvaluationReport? against, ModelComparison? comparison)
    {
        Write(Markdown, string.Join("\n", ((string?[])[report.ToMarkdown(), against?.ToMarkdown(), comparison?.ToMarkdown()]).OfType<string>()));
        Write(Json, report.ToJson());
        Write(Plot, EvaluationPlot.ToSvg(report));
        if (against is not null && comparison is not null)
        {
            Write(Beside(Json, "against"), against.ToJson());
            Write(Beside(Json, "comparison"), comparison.ToJson());
            Write(Beside(Plot, "against"), EvaluationPlot.ToSvg(against));
        }
    }

    private static void Write(string? path, string text)
    {
        if (path is not null)
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }
}
