namespace ResNet.Net;

/// <summary>Specifies what the output of a model contains.</summary>
public enum OutputKind
{
    /// <summary>Logits: scores before softmax. The classifier applies softmax.</summary>
    Logits,

    /// <summary>Probabilities: the model ends with softmax.</summary>
    Probabilities,
}
