namespace ResNet.Net.Evaluation.Internals.Reports;

/// <summary>What of a report people are shown, where all would be too much.</summary>
internal static class Highlights
{
    /// <summary>As many classes are shown in the order of the labels; of more, the worst.</summary>
    public const int Classes = 20;

    public const int Confusions = 10;

    public const int Failures = 20;

    public static IEnumerable<ClassAccuracy> Worst(EvaluationReport report)
    {
        IEnumerable<ClassAccuracy> seen = report.Classes.Where(c => c.Count > 0);
        return report.Classes.Count <= Classes ? seen : seen.OrderBy(c => c.Accuracy).ThenBy(c => c.ClassIndex).Take(Classes);
    }

    public static string ClassesTitle(EvaluationReport report) => report.Classes.Count <= Classes ? "Classes" : $"The {Worst(report).Count()} worst classes";

    /// <summary>What the difference of two models may be, in words.</summary>
    public static string Verdict(ModelComparison comparison)
    {
        const double Level = 0.05;
        if (comparison.PValue >= Level)
        {
            return "no significant difference at the 5 % level";
        }

        EvaluationReport better = comparison.OnlyFirstRight > comparison.OnlySecondRight ? comparison.First : comparison.Second;
        return $"{Format.Plain(better.Model)} is better, significantly at the 5 % level";
    }

    public static string Method(ModelComparison comparison)
        => comparison.Statistic is double statistic ? $"McNemar, chi-squared {Format.Fixed(statistic, 2)} with continuity correction" : "McNemar, exact";
}
