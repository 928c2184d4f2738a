namespace ResNet.Net.Onnx;

/// <summary>Represents a BatchNormalization at inference, <c>y = a x + b</c> per channel, in double precision.</summary>
internal sealed class ChannelScaling
{
    private const float DefaultEpsilon = 1e-5f;

    private readonly double[] _factor;
    private readonly double[] _mean;
    private readonly float[] _beta;

    private ChannelScaling(double[] factor, double[] mean, float[] beta)
    {
        _factor = factor;
        _mean = mean;
        _beta = beta;
    }

    public int Channels => _factor.Length;

    /// <summary>
    /// Reads a node; null if its parameters are not constant, if it is in training mode, or if it does not normalize per channel.
    /// </summary>
    public static ChannelScaling? TryRead(OnnxNode node, OnnxGraphIndex index)
    {
        OnnxTensor?[] parameters =
        [
            .. Enumerable.Range(1, 4).Select(i => node.GetInputOrNull(i) is string name ? index.FindInitializer(name) : null),
        ];
        if (parameters.Any(p => p is not { ElementType: OnnxElementType.Float, Shape: [> 0] })
            || node.Attributes.GetInt("training_mode", 0) != 0 || node.Attributes.GetInt("spatial", 1) != 1
            || node.Outputs.Skip(1).Any(o => o.Length > 0 && index.FindConsumers(o).Count > 0))
        {
            return null;
        }

        float[] gamma = parameters[0]!.ToArray<float>();
        float[] beta = parameters[1]!.ToArray<float>();
        float[] mean = parameters[2]!.ToArray<float>();
        float[] variance = parameters[3]!.ToArray<float>();
        if (beta.Length != gamma.Length || mean.Length != gamma.Length || variance.Length != gamma.Length)
        {
            throw new OnnxModelException(
                $"The parameters of {node} have {gamma.Length}, {beta.Length}, {mean.Length} and {variance.Length} values. "
                + "Each needs one value per channel.");
        }

        double epsilon = node.Attributes.GetFloat("epsilon", DefaultEpsilon);
        return new ChannelScaling(
            [.. gamma.Zip(variance, (g, v) => g / Math.Sqrt(v + epsilon))],
            [.. mean.Select(m => (double)m)],
            beta);
    }

    /// <summary>Folds the normalization into the weights and biases of a convolution.</summary>
    /// <param name="weights">The weights, channel by channel, with the same number of values per channel.</param>
    /// <param name="biases">The biases, one per channel; empty if there are none.</param>
    public (float[] Weights, float[] Biases) Apply(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
    {
        float[] scaled = new float[weights.Length];
        float[] shifted = new float[Channels];
        int length = weights.Length / Channels;
        for (int c = 0; c < Channels; c++)
        {
            for (int i = c * length; i < (c + 1) * length; i++)
            {
                scaled[i] = (float)(weights[i] * _factor[c]);
            }

            shifted[c] = (float)((((biases.IsEmpty ? 0 : biases[c]) - _mean[c]) * _factor[c]) + _beta[c]);
        }

        return (scaled, shifted);
    }

    /// <summary>Gets the weights and biases of the equivalent depthwise 1x1 convolution.</summary>
    public (float[] Weights, float[] Biases) AsDepthwise()
    {
        float[] ones = new float[Channels];
        Array.Fill(ones, 1);
        return Apply(ones, default);
    }
}
