namespace ResNet.Net.Onnx;

/// <summary>Recognizes the operators that turn scores into probabilities, including a Softmax of Exp, ReduceSum and Div.</summary>
internal static class ActivationMatcher
{
    /// <summary>Determines what an activation computes from scores; null for other nodes.</summary>
    /// <param name="node">The node that computes the probabilities.</param>
    /// <param name="producerOf">Finds the node that produces a value.</param>
    public static (OnnxOutputContent Content, string Scores)? Match(NodeSummary node, Func<string, NodeSummary?> producerOf)
    {
        if (node.Inputs is not [{ Length: > 0 } input, ..])
        {
            return null;
        }

        return node.OpType switch
        {
            "Softmax" => (OnnxOutputContent.Softmax, input),
            "QLinearSoftmax" => (OnnxOutputContent.QuantizedSoftmax, input),
            "LogSoftmax" => (OnnxOutputContent.LogSoftmax, input),
            "Sigmoid" or "HardSigmoid" or "QLinearSigmoid" => (OnnxOutputContent.Sigmoid, input),
            "Div" when MatchSoftmax(node, producerOf) is string scores => (OnnxOutputContent.Softmax, scores),
            _ => null,
        };
    }

    // exp(x) / sum(exp(x)); x can be the scores minus their maximum.
    private static string? MatchSoftmax(NodeSummary quotient, Func<string, NodeSummary?> producerOf)
    {
        if (quotient.Inputs is not [string exponentials, string divisor]
            || producerOf(exponentials) is not { OpType: "Exp", Inputs: [string exponent, ..] }
            || producerOf(divisor) is not { OpType: "ReduceSum", Inputs: [string summed, ..] } || summed != exponentials)
        {
            return null;
        }

        return producerOf(exponent) is { OpType: "Sub", Inputs: [string scores, string maximum] }
            && producerOf(maximum) is { OpType: "ReduceMax", Inputs: [string compared, ..] } && compared == scores
                ? scores
                : exponent;
    }
}
