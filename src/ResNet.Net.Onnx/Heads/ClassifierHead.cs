
namespace ResNet.Net.Onnx;

/// <summary>
/// Represents the head of a convolutional classifier, found by its structure: the last feature maps, global average pooling, and a dense
/// layer, optionally followed by Softmax or Sigmoid. Float, QOperator and QDQ models are supported.
/// </summary>
/// <remarks>
/// With such a head, the class activation map of a class is exact: it is the sum of the feature maps, weighted by the class's row of the
/// dense layer. Its mean plus the bias is the class's score. Source: Zhou et al. 2016, "Learning Deep Features for Discriminative
/// Localization", section 2.
/// </remarks>
public sealed class ClassifierHead
{
    private readonly OnnxModel _model;
    private readonly HeadFinder _found;
    private readonly float[] _weights;
    private readonly float[] _bias;

    private ClassifierHead(OnnxModel model, HeadFinder found)
    {
        _model = model;
        _found = found;
        _weights = [.. found.Weights.Values.Select(v => (float)v)];
        _bias = [.. found.Bias.Select(v => (float)v)];
    }

    /// <summary>Gets the node of the dense layer: Gemm, MatMul, QLinearMatMul or QGemm.</summary>
    public OnnxNode DenseNode => _found.Dense;

    /// <summary>
    /// Gets the pooling node: GlobalAveragePool, AveragePool, ReduceMean, QLinearGlobalAveragePool or QLinearAveragePool.
    /// </summary>
    public OnnxNode PoolNode => _found.Pool;

    /// <summary>Gets the name of the last feature maps, <c>[N, FeatureCount, H, W]</c>. They are quantized in QOperator models.</summary>
    public string FeatureMapsName => _found.Pool.Inputs[0];

    /// <summary>
    /// Gets the names of the pooled features between the pooling node and the dense layer. All have the same values; shape and
    /// quantization can differ.
    /// </summary>
    public IReadOnlyList<string> FeatureNames => _found.FeatureNames;

    /// <summary>Gets the number of pooled features.</summary>
    public int FeatureCount => (int)_found.Weights.Shape[1];

    /// <summary>Gets the number of classes.</summary>
    public int ClassCount => (int)_found.Weights.Shape[0];

    /// <summary>
    /// Gets the dense layer's weights, <c>[ClassCount, FeatureCount]</c> in row-major order. Quantized weights are dequantized.
    /// </summary>
    public ReadOnlyMemory<float> Weights => _weights;

    /// <summary>Gets the dense layer's bias, <c>[ClassCount]</c>; zeros if it has none.</summary>
    public ReadOnlyMemory<float> Bias => _bias;

    /// <summary>Finds the head of a model.</summary>
    /// <param name="model">
    /// The model. It is not changed, and must not be changed while the head is in use, except by the head's methods.
    /// </param>
    /// <param name="output">The name of the graph output with the scores; null for the first output.</param>
    /// <returns>The head.</returns>
    /// <exception cref="OnnxModelException">
    /// The output or a supported head doesn't exist. The message names what was found instead.
    /// </exception>
    public static ClassifierHead Find(OnnxModel model, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = output ?? model.Graph.Outputs.FirstOrDefault()?.Name
            ?? throw new OnnxModelException($"The graph '{model.Graph.Name}' has no outputs.");
        return new ClassifierHead(model, HeadFinder.Find(model.Graph, name));
    }

    /// <summary>Adds a graph output with the pooled features, float <c>[N, FeatureCount]</c>.</summary>
    /// <param name="name">The output's name. It must not be in use in the graph.</param>
    /// <exception cref="OnnxModelException">The name is in use.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void AddFeatures(string name)
    {
        FeatureOutput.ThrowIfTaken(_model.Graph, name);
        (string features, OnnxElementType type) = AsFloatingPoint(_found.FeatureValue, _found.FeatureQuantization);
        FeatureOutput.Add(_model, features, type, FeatureCount, name);
    }

    /// <summary>
    /// Adds a graph output with the class activation maps of all classes, float <c>[N, ClassCount, H, W]</c>. They are computed by a 1x1
    /// convolution of the last feature maps with the dense layer's weights.
    /// </summary>
    /// <param name="name">The output's name. It must not be in use in the graph.</param>
    /// <exception cref="OnnxModelException">The name is in use.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void AddActivationMaps(string name)
    {
        FeatureOutput.ThrowIfTaken(_model.Graph, name);
        (string maps, OnnxElementType type) = AsFloatingPoint(FeatureMapsName, _found.MapsQuantization);
        maps = FeatureOutput.ToFloat(_model.Graph, maps, type);
        string weights = _model.Graph.CreateUniqueName($"{name}_weights");
        _model.Graph.Initializers.Add(OnnxTensor.Create<float>(weights, [ClassCount, FeatureCount, 1, 1], _weights));
        OnnxNode convolution = new("Conv", [maps, weights], [name], name);
        convolution.Attributes.Set("kernel_shape", [1L, 1L]);
        _model.Graph.Nodes.Add(convolution);
        OnnxDimension batch = FeatureOutput.BatchOf(_model.Graph);
        _model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, [batch, ClassCount, default, default]));
    }

    /// <summary>Dequantizes a value if it is quantized, and returns the name and the type of the floating-point value.</summary>
    private (string Value, OnnxElementType Type) AsFloatingPoint(string value, QuantizationNames? quantization)
    {
        if (quantization is null)
        {
            return (value, new ValueFacts(_model.Graph).Type(value));
        }

        string dequantized = _model.Graph.CreateUniqueName($"{value}_dequantized");
        string[] inputs = quantization.ZeroPoint is null
            ? [value, quantization.Scale]
            : [value, quantization.Scale, quantization.ZeroPoint];
        _model.Graph.Nodes.Add(new OnnxNode("DequantizeLinear", inputs, [dequantized], dequantized));
        return (dequantized, OnnxElementType.Float);
    }
}
