using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>Computes the logits of a block of rows, and the gradient from their derivatives. Owns the memory; for one thread.</summary>
internal sealed class BlockPass(HeadNetwork network)
{
    /// <summary>The number of rows of a block, a multiple of <see cref="MatrixProduct.Multiple"/>.</summary>
    public const int Rows = 64;

    private readonly float[] _hidden = new float[Rows * network.PaddedHidden];
    private readonly float[] _hiddenDerivatives = new float[Rows * network.PaddedHidden];

    /// <summary>Gets the features <c>[Rows, PaddedInputs]</c>. Unused rows and columns are 0.</summary>
    public float[] Features { get; } = new float[Rows * network.PaddedInputs];

    /// <summary>Gets the logits <c>[Rows, PaddedOutputs]</c>, which the caller replaces by the derivatives of the loss.</summary>
    public float[] Logits { get; } = new float[Rows * network.PaddedOutputs];

    public Span<float> Input(int row) => Features.AsSpan(row * network.PaddedInputs, network.Inputs);

    public Span<float> Output(int row) => Logits.AsSpan(row * network.PaddedOutputs, network.Outputs);

    /// <summary>Computes <see cref="Logits"/>.</summary>
    public void Forward(ReadOnlySpan<float> parameters)
    {
        ReadOnlySpan<float> features = Features;
        if (network.Hidden > 0)
        {
            Layer(features, network.PaddedInputs, parameters[network.HiddenWeights], parameters[network.HiddenBias], _hidden);
            TensorPrimitives.Max(_hidden, 0, _hidden);
            features = _hidden;
        }

        Layer(features, network.PaddedOutputInputs, parameters[network.OutputWeights], parameters[network.OutputBias], Logits);
    }

    /// <summary>Adds the gradient.</summary>
    /// <param name="outputWeights">The weights of the output layer <c>[PaddedOutputs, PaddedHidden]</c>; empty for a linear head.</param>
    /// <param name="gradient">The sum, laid out as the parameters.</param>
    public void Backward(ReadOnlySpan<float> outputWeights, Span<float> gradient)
    {
        int hidden = network.PaddedHidden;
        LayerGradient(
            hidden > 0 ? _hidden : Features, network.PaddedOutputInputs, Logits,
            gradient[network.OutputWeights], gradient[network.OutputBias]);
        if (hidden == 0)
        {
            return;
        }

        Array.Clear(_hiddenDerivatives);
        MatrixProduct.Add(Logits, network.PaddedOutputs, 1, outputWeights, _hiddenDerivatives, Rows, network.PaddedOutputs, hidden);
        for (int i = 0; i < _hidden.Length; i++)
        {
            _hiddenDerivatives[i] = _hidden[i] > 0 ? _hiddenDerivatives[i] : 0;
        }

        LayerGradient(
            Features, network.PaddedInputs, _hiddenDerivatives, gradient[network.HiddenWeights], gradient[network.HiddenBias]);
    }

    private static void Layer(
        ReadOnlySpan<float> features, int inputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> results)
    {
        for (int row = 0; row < Rows; row++)
        {
            bias.CopyTo(results[(row * bias.Length)..]);
        }

        MatrixProduct.Add(features, inputs, 1, weights, results, Rows, inputs, bias.Length);
    }

    private static void LayerGradient(
        ReadOnlySpan<float> features, int inputs, ReadOnlySpan<float> derivatives, Span<float> weights, Span<float> bias)
    {
        MatrixProduct.Add(features, 1, inputs, derivatives, weights, inputs, Rows, bias.Length);
        for (int row = 0; row < Rows; row++)
        {
            TensorPrimitives.Add(bias, derivatives.Slice(row * bias.Length, bias.Length), bias);
        }
    }
}
