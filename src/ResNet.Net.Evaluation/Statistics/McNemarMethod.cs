namespace ResNet.Net.Evaluation;

/// <summary>Specifies how McNemar's p-value is computed.</summary>
public enum McNemarMethod
{
    /// <summary>The exact two-sided binomial test, used for up to 1000 images that only one of the models classifies correctly.</summary>
    ExactBinomial,

    /// <summary>The chi-squared test with one degree of freedom and continuity correction, used above 1000 images.</summary>
    ChiSquared,
}
