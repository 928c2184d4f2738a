namespace ResNet.Net.Evaluation;

/// <summary>Selects what text and Markdown reports show.</summary>
internal static class Highlights
{
    /// <summary>The maximum number of classes that are shown in label order. Of more, the least accurate are shown.</summary>
    public const int Classes = 20;

    public const int Confusions = 10;

    public const int Failures = 20;

    public static IEnumerable<ClassAccuracy> Worst(EvaluationReport report)
    {
        IEnumerable<ClassAccuracy> present = report.Classes.Where(c => c.Count > 0);
        return report.Classes.Count <= Classes ? present : present.OrderBy(c => c.Accuracy).ThenBy(c => c.ClassIndex).Take(Classes);
    }

    public static string ClassesTitle(EvaluationReport report)
        => report.Classes.Count <= Classes ? "Classes" : $"The {Worst(report).Count()} least accurate classes";

    /// <summary>Describes whether the difference between two models is significant.</summary>
    public static string Verdict(ModelComparison comparison)
    {
        const double Level = 0.05;
        if (comparison.PValue >= Level)
        {
            return "no significant difference at the 5 % level";
        }

        EvaluationReport better = comparison.OnlyFirstCorrect > comparison.OnlySecondCorrect ? comparison.First : comparison.Second;
        return $"{Format.Plain(better.Model)} is significantly better at the 5 % level";
    }

    public static string Method(ModelComparison comparison)
        => comparison.Statistic is double statistic
            ? $"McNemar, chi-squared {Format.Fixed(statistic, 2)} with continuity correction"
            : "McNemar, exact";
}
