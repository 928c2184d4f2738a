namespace ResNet.Net.Onnx;

/// <summary>Represents a BatchNormalization at inference, <c>y = a x + b</c> per channel, in double precision.</summary>
internal sealed class ChannelScaling
{
    private readonly double[] _factor;
    private readonly double[] _mean;
    private readonly float[] _beta;

    /// <summary>Initializes a new instance of the <see cref="ChannelScaling"/> class from parameters with one float per channel.</summary>
    public ChannelScaling(OnnxTensor gamma, OnnxTensor beta, OnnxTensor mean, OnnxTensor variance, double epsilon)
    {
        _factor = [.. gamma.ToArray<float>().Zip(variance.ToArray<float>(), (g, v) => g / Math.Sqrt(v + epsilon))];
        _mean = [.. mean.ToArray<float>().Select(m => (double)m)];
        _beta = beta.ToArray<float>();
    }

    public int Channels => _factor.Length;

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
