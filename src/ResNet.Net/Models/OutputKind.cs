namespace ResNet.Net;

/// <summary>Specifies what the output of a model contains.</summary>
public enum OutputKind
{
    /// <summary>
    /// Scores before softmax, which the library applies. The single score of a binary classifier gets the logistic function instead.
    /// </summary>
    Logits,

    /// <summary>Probabilities that sum to 1: the model ends in Softmax.</summary>
    Probabilities,

    /// <summary>
    /// Independent probabilities: the model ends in Sigmoid, so that any number of classes can apply to an image (multi-label). With a
    /// single output, a binary classifier: class 1 has the probability of the output, class 0 its complement.
    /// </summary>
    IndependentProbabilities,
}
