namespace ResNet.Net.Evaluation;

/// <summary>How McNemar's p-value was worked out.</summary>
public enum McNemarMethod
{
    /// <summary>The binomial test, two-sided: up to 1000 pictures of which just one model has right.</summary>
    ExactBinomial,

    /// <summary>Chi-squared with one degree of freedom and continuity correction: above that.</summary>
    ChiSquared,
}
