namespace ResNet.Net.Evaluation;

/// <summary>Compares two models on the same images and tests whether their difference is significant (McNemar 1947).</summary>
public sealed class ModelComparison
{
    private ModelComparison(EvaluationReport first, EvaluationReport second, (EvaluatedImage First, EvaluatedImage Second)[] pairs)
    {
        First = first;
        Second = second;
        Pairs = pairs;
        Count = pairs.Length;
        Agreed = pairs.Count(p => p.First.PredictedClass == p.Second.PredictedClass);
        BothCorrect = pairs.Count(p => p.First.IsCorrect && p.Second.IsCorrect);
        OnlyFirstCorrect = pairs.Count(p => p.First.IsCorrect && !p.Second.IsCorrect);
        OnlySecondCorrect = pairs.Count(p => !p.First.IsCorrect && p.Second.IsCorrect);
        (PValue, Statistic) = McNemar.Test(OnlyFirstCorrect, OnlySecondCorrect);
    }

    /// <summary>Gets the first model's report.</summary>
    public EvaluationReport First { get; }

    /// <summary>Gets the second model's report.</summary>
    public EvaluationReport Second { get; }

    /// <summary>Gets the number of images that both models classified, which all counts refer to.</summary>
    public int Count { get; }

    /// <summary>Gets the number of images for which both models predict the same class, correct or not.</summary>
    public int Agreed { get; }

    /// <summary>Gets the percentage of images for which both models predict the same class; NaN if there are none.</summary>
    public double Agreement => Count == 0 ? double.NaN : 100.0 * Agreed / Count;

    /// <summary>Gets the number of images that both models classify correctly.</summary>
    public int BothCorrect { get; }

    /// <summary>Gets the number of images that only the first model classifies correctly.</summary>
    public int OnlyFirstCorrect { get; }

    /// <summary>Gets the number of images that only the second model classifies correctly.</summary>
    public int OnlySecondCorrect { get; }

    /// <summary>Gets the number of images that both models classify incorrectly.</summary>
    public int BothWrong => Count - BothCorrect - OnlyFirstCorrect - OnlySecondCorrect;

    /// <summary>Gets the first model's top-1 accuracy on these images in percent.</summary>
    public double FirstTop1 => Count == 0 ? double.NaN : 100.0 * (BothCorrect + OnlyFirstCorrect) / Count;

    /// <summary>Gets the second model's top-1 accuracy on these images in percent.</summary>
    public double SecondTop1 => Count == 0 ? double.NaN : 100.0 * (BothCorrect + OnlySecondCorrect) / Count;

    /// <summary>Gets the 95 % confidence interval of <see cref="FirstTop1"/>.</summary>
    public ConfidenceInterval FirstTop1Interval => Wilson.Interval(BothCorrect + OnlyFirstCorrect, Count);

    /// <summary>Gets the 95 % confidence interval of <see cref="SecondTop1"/>.</summary>
    public ConfidenceInterval SecondTop1Interval => Wilson.Interval(BothCorrect + OnlySecondCorrect, Count);

    /// <summary>Gets the probability of a difference of at least this size if both models are equally accurate, from 0 to 1.</summary>
    public double PValue { get; }

    /// <summary>Gets the method that computed <see cref="PValue"/>.</summary>
    public McNemarMethod Method => Statistic is null ? McNemarMethod.ExactBinomial : McNemarMethod.ChiSquared;

    /// <summary>Gets McNemar's chi-squared statistic; null if the test is exact.</summary>
    public double? Statistic { get; }

    /// <summary>Gets both results of every image that both models classified, in dataset order.</summary>
    public IReadOnlyList<(EvaluatedImage First, EvaluatedImage Second)> Pairs { get; }

    /// <summary>Gets the results of the images for which the models predict different classes.</summary>
    public IEnumerable<(EvaluatedImage First, EvaluatedImage Second)> Disagreements
        => Pairs.Where(p => p.First.PredictedClass != p.Second.PredictedClass);

    /// <summary>Compares two reports.</summary>
    /// <param name="first">The first model's report.</param>
    /// <param name="second">The second model's report on the same dataset.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">The reports have different images or different true classes.</exception>
    public static ModelComparison Create(EvaluationReport first, EvaluationReport second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Images.Count != second.Images.Count)
        {
            throw new ArgumentException(
                $"The report of '{first.Model}' has {first.Images.Count} images, the report of '{second.Model}' has {second.Images.Count}. "
                + "Evaluate both models on the same dataset.",
                nameof(second));
        }

        (EvaluatedImage First, EvaluatedImage Second)[] pairs = [.. first.Images.Zip(second.Images)];
        foreach ((EvaluatedImage one, EvaluatedImage other) in pairs)
        {
            if (one.Name != other.Name || one.ClassIndex != other.ClassIndex)
            {
                throw new ArgumentException(
                    $"The report of '{first.Model}' has '{one.Name}' of class {one.ClassIndex} where the report of '{second.Model}' has "
                    + $"'{other.Name}' of class {other.ClassIndex}. Evaluate both models on the same dataset.",
                    nameof(second));
            }
        }

        return new ModelComparison(first, second, [.. pairs.Where(p => p.First.Succeeded && p.Second.Succeeded)]);
    }

    /// <summary>Formats the comparison as plain text.</summary>
    /// <returns>The lines of the comparison, each terminated by <c>\n</c>.</returns>
    public string ToText() => TextReport.Write(this);

    /// <summary>Formats the comparison as Markdown.</summary>
    /// <returns>The Markdown text, with tables.</returns>
    public string ToMarkdown() => MarkdownReport.Write(this);

    /// <summary>Formats the comparison as an indented JSON object with every image that the models classify differently.</summary>
    /// <returns>The JSON text.</returns>
    public string ToJson() => JsonReport.Write(this);
}
