using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Represents the weights of a layer as symmetric signed bytes with one scale per output channel, and its int32 bias.</summary>
internal sealed class QuantizedWeights
{
    private const int FullRange = 127;
    private const int ReducedRange = 64; // 2 * 255 * 64 fits into 16 bits
    private const double LargestBias = 1 << 30;
    private const double SmallestScale = 1e-25;

    private QuantizedWeights(sbyte[] values, float[] scales, int[]? bias, float[]? biasScales)
    {
        Values = values;
        Scales = scales;
        Bias = bias;
        BiasScales = biasScales;
    }

    /// <summary>Gets the weights, in the order of the float weights.</summary>
    public sbyte[] Values { get; }

    /// <summary>Gets the scales, one per output channel.</summary>
    public float[] Scales { get; }

    /// <summary>Gets the bias, one value per output channel; null if the layer has none.</summary>
    public int[]? Bias { get; }

    /// <summary>Gets the scales of the bias: the input's scale times the scales of the weights.</summary>
    public float[]? BiasScales { get; }

    /// <param name="layer">A layer with weights.</param>
    /// <param name="weight">The weights.</param>
    /// <param name="bias">The bias; null if there is none.</param>
    /// <param name="inputScale">The scale of the input activation.</param>
    /// <param name="reduceRange">Whether to use 7 bits.</param>
    public static QuantizedWeights Of(Layer layer, OnnxTensor weight, OnnxTensor? bias, float inputScale, bool reduceRange)
    {
        ReadOnlySpan<float> values = weight.AsSpan<float>();
        int limit = reduceRange ? ReducedRange : FullRange;
        int channels = checked((int)weight.Shape[layer.ChannelAxis]);

        // The channel of element i is (i / inner) % channels.
        int inner = layer.ChannelAxis == 0 ? values.Length / channels : 1;
        double[] largest = new double[channels];
        for (int i = 0; i < values.Length; i++)
        {
            ref double channel = ref largest[i / inner % channels];
            channel = Math.Max(channel, Math.Abs(values[i]));
        }

        ReadOnlySpan<float> biases = bias is null ? default : bias.AsSpan<float>();
        float[] scales = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            // The bias must fit into 32 bits, which makes weights coarser that are tiny relative to it.
            double forBias = biases.IsEmpty ? 0 : Math.Abs(biases[c]) / (inputScale * LargestBias);
            double scale = Math.Max(largest[c] / limit, forBias);
            scales[c] = scale == 0 ? 1 : (float)Math.Max(scale, SmallestScale);
        }

        sbyte[] quantized = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            quantized[i] = (sbyte)Math.Clamp(Math.Round(values[i] / (double)scales[i / inner % channels]), -limit, limit);
        }

        if (biases.IsEmpty)
        {
            return new QuantizedWeights(quantized, scales, null, null);
        }

        int[] quantizedBias = new int[channels];
        float[] biasScales = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            biasScales[c] = inputScale * scales[c];
            quantizedBias[c] = (int)Math.Clamp(Math.Round(biases[c] / (double)biasScales[c]), int.MinValue, int.MaxValue);
        }

        return new QuantizedWeights(quantized, scales, quantizedBias, biasScales);
    }

    /// <summary>Returns the represented float values, in the order of the weights.</summary>
    public float[] Dequantize(int inner)
    {
        float[] values = new float[Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Values[i] * Scales[i / inner % Scales.Length];
        }

        return values;
    }
}
