namespace ResNet.Net.Training;

/// <summary>Represents the layer <c>y = W x + b</c>.</summary>
/// <param name="Weights">The weights <c>[Outputs, Inputs]</c>, row after row.</param>
/// <param name="Bias">The bias <c>[Outputs]</c>.</param>
internal sealed record DenseLayer(float[] Weights, float[] Bias)
{
    public int Outputs => Bias.Length;

    public int Inputs => Weights.Length / Bias.Length;
}
