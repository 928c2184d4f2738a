using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>The weights of a layer as signed bytes, symmetric, with a scale for each output channel, and its bias in units of the accumulator.</summary>
internal sealed class QuantizedWeights
{
    private const int FullRange = 127;
    private const int ReducedRange = 64; // 2 * 255 * 64 fits 16 bits
    private const double LargestBias = 1 << 30;
    private const double SmallestScale = 1e-25;

    private QuantizedWeights(sbyte[] values, float[] scales, int[]? bias, float[]? biasScales)
    {
        Values = values;
        Scales = scales;
        Bias = bias;
        BiasScales = biasScales;
    }

    /// <summary>In the order of the float weights.</summary>
    public sbyte[] Values { get; }

    /// <summary>One an output channel.</summary>
    public float[] Scales { get; }

    /// <summary>One an output channel; null where there is none.</summary>
    public int[]? Bias { get; }

    /// <summary>The scale of the input times that of the weights.</summary>
    public float[]? BiasScales { get; }

    /// <param name="layer">A layer with weights.</param>
    /// <param name="weight">Its weights.</param>
    /// <param name="bias">Its bias; null for none.</param>
    /// <param name="inputScale">The scale of the activation that it takes.</param>
    /// <param name="reduceRange">Whether 7 bits are used.</param>
    public static QuantizedWeights Of(Layer layer, OnnxTensor weight, OnnxTensor? bias, float inputScale, bool reduceRange)
    {
        ReadOnlySpan<float> values = weight.AsSpan<float>();
        int limit = reduceRange ? ReducedRange : FullRange;
        int channels = checked((int)weight.Shape[layer.ChannelAxis]);

        // Of a value at i: its channel is (i / inner) % channels.
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
            // The bias must fit 32 bits: where weights are tiny beside it, they get coarser.
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

    /// <summary>What the bytes stand for, in the order of the weights.</summary>
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
