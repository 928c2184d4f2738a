namespace ResNet.Net.Onnx;

/// <summary>Reads the BatchNormalization nodes of a graph. Nodes with the same parameters share what was read.</summary>
internal sealed class ChannelScalings(OnnxGraphIndex index)
{
    private const float DefaultEpsilon = 1e-5f;

    private readonly Dictionary<(string Gamma, string Beta, string Mean, string Variance, float Epsilon), ChannelScaling> _known = [];

    /// <summary>
    /// Reads a node; null if its parameters are not constant, if it is in training mode, or if it does not normalize per channel.
    /// </summary>
    /// <exception cref="OnnxModelException">The parameters have different lengths.</exception>
    public ChannelScaling? TryRead(OnnxNode node)
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

        float epsilon = node.Attributes.GetFloat("epsilon", DefaultEpsilon);
        var key = (node.Inputs[1], node.Inputs[2], node.Inputs[3], node.Inputs[4], epsilon);
        if (!_known.TryGetValue(key, out ChannelScaling? scaling))
        {
            long[] lengths = [.. parameters.Select(p => p!.Length)];
            if (lengths.Any(l => l != lengths[0]))
            {
                throw new OnnxModelException(
                    $"The parameters of {node} have {lengths[0]}, {lengths[1]}, {lengths[2]} and {lengths[3]} values. "
                    + "Each needs one value per channel.");
            }

            _known.Add(key, scaling = new ChannelScaling(parameters[0]!, parameters[1]!, parameters[2]!, parameters[3]!, epsilon));
        }

        return scaling;
    }
}
