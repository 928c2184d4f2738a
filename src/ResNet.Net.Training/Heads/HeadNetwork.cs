using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>
/// Represents the shape of a head and the layout of its parameters in one vector: per layer the transposed weights
/// <c>[inputs, outputs]</c>, then the bias. Dimensions are padded with zeros to a multiple of <see cref="MatrixProduct.Multiple"/>.
/// </summary>
internal sealed class HeadNetwork(int inputs, int hidden, int outputs)
{
    public int Inputs => inputs;

    public int Hidden => hidden;

    public int Outputs => outputs;

    public int PaddedInputs { get; } = MatrixProduct.Pad(inputs);

    public int PaddedHidden { get; } = MatrixProduct.Pad(hidden);

    public int PaddedOutputs { get; } = MatrixProduct.Pad(outputs);

    /// <summary>Gets the inputs of the output layer.</summary>
    public int PaddedOutputInputs => hidden > 0 ? PaddedHidden : PaddedInputs;

    public Range HiddenWeights => ..(PaddedInputs * PaddedHidden);

    public Range HiddenBias => (PaddedInputs * PaddedHidden)..OutputStart;

    public Range OutputWeights => OutputStart..OutputBiasStart;

    public Range OutputBias => OutputBiasStart..ParameterCount;

    public int ParameterCount => OutputBiasStart + PaddedOutputs;

    private int OutputStart => hidden > 0 ? (PaddedInputs + 1) * PaddedHidden : 0;

    private int OutputBiasStart => OutputStart + (PaddedOutputInputs * PaddedOutputs);

    /// <summary>Returns initial parameters: zeros for a linear head, He et al. (2015) for one with a hidden layer.</summary>
    public double[] Initialize(int seed)
    {
        double[] parameters = new double[ParameterCount];
        if (hidden > 0)
        {
            Random random = new(seed);
            Fill(parameters.AsSpan(HiddenWeights), random, inputs, hidden, PaddedHidden);
            Fill(parameters.AsSpan(OutputWeights), random, hidden, outputs, PaddedOutputs);
        }

        return parameters;

        static void Fill(Span<double> weights, Random random, int rows, int columns, int stride)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                    weights[(row * stride) + column] = normal * Math.Sqrt(2.0 / rows);
                }
            }
        }
    }

    /// <summary>Returns a head that takes raw features.</summary>
    public ClassificationHead ToHead(double[] parameters, Standardization standardization, bool isMultiLabel)
    {
        DenseLayer output = ToLayer(parameters[OutputWeights], parameters[OutputBias], hidden > 0 ? hidden : inputs, outputs);
        DenseLayer? first = hidden > 0 ? ToLayer(parameters[HiddenWeights], parameters[HiddenBias], inputs, hidden) : null;
        return first is null
            ? new ClassificationHead(null, Fold(parameters[OutputWeights], parameters[OutputBias], output, standardization), isMultiLabel)
            : new ClassificationHead(Fold(parameters[HiddenWeights], parameters[HiddenBias], first, standardization), output, isMultiLabel);
    }

    /// <summary>Returns the parameters of a head that takes raw features.</summary>
    public static (HeadNetwork Network, float[] Parameters) FromHead(ClassificationHead head)
    {
        HeadNetwork network = new((head.Hidden ?? head.Output).Inputs, head.Hidden?.Outputs ?? 0, head.Output.Outputs);
        float[] parameters = new float[network.ParameterCount];
        if (head.Hidden is DenseLayer first)
        {
            Copy(first, parameters.AsSpan(network.HiddenWeights), parameters.AsSpan(network.HiddenBias), network.PaddedHidden);
        }

        Copy(head.Output, parameters.AsSpan(network.OutputWeights), parameters.AsSpan(network.OutputBias), network.PaddedOutputs);
        return (network, parameters);

        static void Copy(DenseLayer layer, Span<float> weights, Span<float> bias, int stride)
        {
            layer.Bias.CopyTo(bias);
            for (int output = 0; output < layer.Outputs; output++)
            {
                for (int input = 0; input < layer.Inputs; input++)
                {
                    weights[(input * stride) + output] = layer.Weights[(output * layer.Inputs) + input];
                }
            }
        }
    }

    /// <summary>Returns a head with divided logits.</summary>
    public static ClassificationHead Divide(ClassificationHead head, double temperature)
    {
        DenseLayer output = new(new float[head.Output.Weights.Length], new float[head.Output.Outputs]);
        TensorPrimitives.Multiply(head.Output.Weights, (float)(1 / temperature), output.Weights);
        TensorPrimitives.Multiply(head.Output.Bias, (float)(1 / temperature), output.Bias);
        return head with { Output = output };
    }

    private static DenseLayer ToLayer(double[] weights, double[] bias, int inputs, int outputs)
    {
        int stride = MatrixProduct.Pad(outputs);
        DenseLayer layer = new(new float[inputs * outputs], [.. bias[..outputs].Select(value => (float)value)]);
        for (int i = 0; i < layer.Weights.Length; i++)
        {
            layer.Weights[i] = (float)weights[(i % inputs * stride) + (i / inputs)];
        }

        return layer;
    }

    /// <summary>Multiplies the standardization into a layer: <c>w (x - mean) scale + b = (w scale) x + (b - w scale mean)</c>.</summary>
    private static DenseLayer Fold(double[] weights, double[] bias, DenseLayer layer, Standardization standardization)
    {
        int stride = MatrixProduct.Pad(layer.Outputs);
        for (int output = 0; output < layer.Outputs; output++)
        {
            double shift = 0;
            for (int input = 0; input < layer.Inputs; input++)
            {
                double folded = weights[(input * stride) + output] * standardization.Scale[input];
                layer.Weights[(output * layer.Inputs) + input] = (float)folded;

                // The shift is that of the rounded weight, so that rounding doesn't move the mean.
                shift += (double)(float)folded * standardization.Mean[input];
            }

            layer.Bias[output] = (float)(bias[output] - shift);
        }

        return layer;
    }
}
