namespace ResNet.Net;

/// <summary>What a model's output holds.</summary>
public enum OutputKind
{
    /// <summary>Scores before softmax, which this library then applies.</summary>
    Logits,

    /// <summary>Probabilities: the model ends in a softmax of its own.</summary>
    Probabilities,
}
