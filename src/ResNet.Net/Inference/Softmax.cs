using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>Softmax that holds for any finite logits: the maximum is subtracted first, so that no exponential overflows.</summary>
internal static class Softmax
{
    /// <summary><c>exp(x - max) / sum(exp(x - max))</c>, in place.</summary>
    public static void Apply(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp<float>(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
    }
}
