using ResNet.Net.Evaluation.Internals.Reports;
using ResNet.Net.Evaluation.Internals.Statistics;

namespace ResNet.Net.Evaluation;

/// <summary>Two models on the same pictures: where they agree, who is right where they differ, and whether the difference may be chance (McNemar 1947).</summary>
public sealed class ModelComparison
{
    private ModelComparison(EvaluationReport first, EvaluationReport second, (EvaluatedImage First, EvaluatedImage Second)[] pairs)
    {
        First = first;
        Second = second;
        Pairs = pairs;
        Count = pairs.Length;
        Agreed = pairs.Count(p => p.First.PredictedClass == p.Second.PredictedClass);
        BothRight = pairs.Count(p => p.First.IsRight && p.Second.IsRight);
        OnlyFirstRight = pairs.Count(p => p.First.IsRight && !p.Second.IsRight);
        OnlySecondRight = pairs.Count(p => !p.First.IsRight && p.Second.IsRight);
        (PValue, Statistic) = McNemar.Test(OnlyFirstRight, OnlySecondRight);
    }

    /// <summary>The first model's report.</summary>
    public EvaluationReport First { get; }

    /// <summary>The second model's report.</summary>
    public EvaluationReport Second { get; }

    /// <summary>Pictures that both models classified: what all counts here are of.</summary>
    public int Count { get; }

    /// <summary>Pictures that both models take for the same class, right or wrong.</summary>
    public int Agreed { get; }

    /// <summary>The share of pictures on which they agree, in percent; NaN where there are none.</summary>
    public double Agreement => Count == 0 ? double.NaN : 100.0 * Agreed / Count;

    /// <summary>Pictures that both have right.</summary>
    public int BothRight { get; }

    /// <summary>Pictures that only the first has right.</summary>
    public int OnlyFirstRight { get; }

    /// <summary>Pictures that only the second has right.</summary>
    public int OnlySecondRight { get; }

    /// <summary>Pictures that both have wrong.</summary>
    public int BothWrong => Count - BothRight - OnlyFirstRight - OnlySecondRight;

    /// <summary>The first model's top-1 accuracy on these pictures, in percent.</summary>
    public double FirstTop1 => Count == 0 ? double.NaN : 100.0 * (BothRight + OnlyFirstRight) / Count;

    /// <summary>The second model's top-1 accuracy on these pictures, in percent.</summary>
    public double SecondTop1 => Count == 0 ? double.NaN : 100.0 * (BothRight + OnlySecondRight) / Count;

    /// <summary>The 95 % interval of <see cref="FirstTop1"/>.</summary>
    public ConfidenceInterval FirstTop1Interval => Wilson.Interval(BothRight + OnlyFirstRight, Count);

    /// <summary>The 95 % interval of <see cref="SecondTop1"/>.</summary>
    public ConfidenceInterval SecondTop1Interval => Wilson.Interval(BothRight + OnlySecondRight, Count);

    /// <summary>How probable a difference of this size or more is if both models are equally good, from 0 to 1.</summary>
    public double PValue { get; }

    /// <summary>How <see cref="PValue"/> was worked out.</summary>
    public McNemarMethod Method => Statistic is null ? McNemarMethod.ExactBinomial : McNemarMethod.ChiSquared;

    /// <summary>McNemar's statistic; null where the test is exact.</summary>
    public double? Statistic { get; }

    /// <summary>Both results of every picture that both models classified, in the order of the data set.</summary>
    public IReadOnlyList<(EvaluatedImage First, EvaluatedImage Second)> Pairs { get; }

    /// <summary>The pictures on which the models disagree.</summary>
    public IEnumerable<(EvaluatedImage First, EvaluatedImage Second)> Disagreements => Pairs.Where(p => p.First.PredictedClass != p.Second.PredictedClass);

    /// <summary>Compares two reports.</summary>
    /// <param name="first">One model's.</param>
    /// <param name="second">The other's, on the same data set.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">The reports are not of the same pictures with the same classes.</exception>
    public static ModelComparison Create(EvaluationReport first, EvaluationReport second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Images.Count != second.Images.Count)
        {
            throw new ArgumentException($"The report of '{first.Model}' has {first.Images.Count} pictures, that of '{second.Model}' {second.Images.Count}. Evaluate both on the same data set.", nameof(second));
        }

        (EvaluatedImage First, EvaluatedImage Second)[] pairs = [.. first.Images.Zip(second.Images)];
        foreach ((EvaluatedImage one, EvaluatedImage other) in pairs)
        {
            if (one.Name != other.Name || one.ClassIndex != other.ClassIndex)
            {
                throw new ArgumentException($"The report of '{first.Model}' has '{one.Name}' of class {one.ClassIndex} where that of '{second.Model}' has '{other.Name}' of class {other.ClassIndex}. Evaluate both on the same data set.", nameof(second));
            }
        }

        return new ModelComparison(first, second, [.. pairs.Where(p => p.First.Succeeded && p.Second.Succeeded)]);
    }

    /// <summary>The comparison for people.</summary>
    /// <returns>Lines of text, each ended by <c>\n</c>.</returns>
    public string ToText() => TextReport.Write(this);

    /// <summary>The comparison as Markdown.</summary>
    /// <returns>Markdown with tables.</returns>
    public string ToMarkdown() => MarkdownReport.Write(this);

    /// <summary>The comparison as an indented JSON object, with every picture on which the models disagree.</summary>
    /// <returns>JSON.</returns>
    public string ToJson() => JsonReport.Write(this);
}
