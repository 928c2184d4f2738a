namespace ResNet.Net.Onnx;

/// <summary>Specifies what an output of a classification network contains, judged by the last operators before it.</summary>
public enum OnnxOutputContent
{
    /// <summary>The structure of the graph does not show it.</summary>
    Unknown,

    /// <summary>The result of a dense layer or a convolution: scores before Softmax or Sigmoid.</summary>
    Logits,

    /// <summary>The result of Softmax: probabilities that sum to 1.</summary>
    Softmax,

    /// <summary>The result of Softmax, rounded to 8 bits: probabilities whose sum can differ from 1.</summary>
    QuantizedSoftmax,

    /// <summary>The result of LogSoftmax: logarithms of probabilities.</summary>
    LogSoftmax,

    /// <summary>The result of Sigmoid: independent probabilities.</summary>
    Sigmoid,

    /// <summary>The result of pooling that no classification layer precedes: features.</summary>
    Features,
}
