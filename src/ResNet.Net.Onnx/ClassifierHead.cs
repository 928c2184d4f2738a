using ResNet.Net.Onnx.Internals;

namespace ResNet.Net.Onnx;

/// <summary>
/// The end of a convolutional classifier, found by structure: the last feature maps, their average over the whole area (the pooled features), and the dense
/// layer that makes a score of these for each class, perhaps with a Softmax behind it. Float, QOperator and QDQ forms are known.
/// </summary>
/// <remarks>
/// Where scores are made so, the class activation map of a class is exact: its row of the dense layer's weights times the maps, whose mean over the area, plus
/// the bias, is the class's score. Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", section 2.
/// </remarks>
public sealed class ClassifierHead
{
    private readonly OnnxModel _model;
    private readonly HeadMatch _match;
    private readonly float[] _weights;
    private readonly float[] _bias;

    private ClassifierHead(OnnxModel model, HeadMatch match)
    {
        _model = model;
        _match = match;
        _weights = [.. match.Weights.Values.Select(v => (float)v)];
        _bias = [.. match.Bias.Select(v => (float)v)];
    }

    /// <summary>The node of the dense layer: Gemm, MatMul, QLinearMatMul or QGemm.</summary>
    public OnnxNode DenseNode => _match.Dense;

    /// <summary>The node that averages: GlobalAveragePool, AveragePool, ReduceMean, QLinearGlobalAveragePool or QLinearAveragePool.</summary>
    public OnnxNode PoolNode => _match.Pool;

    /// <summary>The name of the last feature maps, <c>[N, FeatureCount, H, W]</c>: what the average is taken of. Quantized in QOperator models.</summary>
    public string MapsName => _match.Pool.Inputs[0];

    /// <summary>The names that the pooled features have on their way from the average to the dense layer: the same values, perhaps in other shapes, perhaps quantized.</summary>
    public IReadOnlyList<string> FeatureNames => _match.FeatureNames;

    /// <summary>How many pooled features there are.</summary>
    public int FeatureCount => (int)_match.Weights.Dims[1];

    /// <summary>How many classes there are.</summary>
    public int ClassCount => (int)_match.Weights.Dims[0];

    /// <summary>The dense layer's weights, <c>[ClassCount, FeatureCount]</c> in row-major order; of a quantized layer, the real numbers that they stand for.</summary>
    public ReadOnlyMemory<float> Weights => _weights;

    /// <summary>The dense layer's bias, <c>[ClassCount]</c>; zeros where it has none.</summary>
    public ReadOnlyMemory<float> Bias => _bias;

    /// <summary>Finds the head of a model.</summary>
    /// <param name="model">The model; it is not changed, and must not be changed by others as long as the head is used.</param>
    /// <param name="output">The graph's output with the scores; null for the first.</param>
    /// <returns>The head.</returns>
    /// <exception cref="OnnxModelException">There is no such output, or no such head before it; the message says what was found instead.</exception>
    public static ClassifierHead Find(OnnxModel model, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = output ?? model.Graph.Outputs.FirstOrDefault()?.Name ?? throw new OnnxModelException($"The graph '{model.Graph.Name}' has no outputs.");
        return new ClassifierHead(model, HeadMatch.Find(model.Graph, name));
    }

    /// <summary>Adds an output to the graph: the pooled features, float <c>[N, FeatureCount]</c>.</summary>
    /// <param name="name">The output's name, which nothing in the graph may have.</param>
    /// <exception cref="OnnxModelException">The graph has the name already.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void AddFeatures(string name)
    {
        ThrowIfTaken(name);
        string features = Real(_match.FeatureValue, _match.FeatureQuantization);
        OnnxNode flatten = new("Flatten", [features], [name], name);
        flatten.Attributes.Set("axis", 1);
        _model.Graph.Nodes.Add(flatten);
        _model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, [Batch, FeatureCount]));
    }

    /// <summary>Adds an output to the graph: the class activation maps of all classes, float <c>[N, ClassCount, H, W]</c>, by a 1x1 convolution of the last feature maps with the dense layer's weights.</summary>
    /// <param name="name">The output's name, which nothing in the graph may have.</param>
    /// <exception cref="OnnxModelException">The graph has the name already.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void AddActivationMaps(string name)
    {
        ThrowIfTaken(name);
        string maps = Real(MapsName, _match.MapsQuantization);
        string weights = _model.Graph.CreateUniqueName($"{name}_weights");
        _model.Graph.Initializers.Add(OnnxTensor.Create<float>(weights, [ClassCount, FeatureCount, 1, 1], _weights));
        OnnxNode convolution = new("Conv", [maps, weights], [name], name);
        convolution.Attributes.Set("kernel_shape", [1L, 1L]);
        _model.Graph.Nodes.Add(convolution);
        _model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, [Batch, ClassCount, default, default]));
    }

    private OnnxDimension Batch => _model.Graph.FeedInputs.FirstOrDefault()?.Shape is [OnnxDimension batch, ..] ? batch : default;

    private void ThrowIfTaken(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_model.Graph.CreateUniqueName(name) != name)
        {
            throw new OnnxModelException($"The graph '{_model.Graph.Name}' has something called '{name}' already.");
        }
    }

    private string Real(string value, QuantizedBy? quantization)
    {
        if (quantization is null)
        {
            return value;
        }

        string real = _model.Graph.CreateUniqueName($"{value}_dequantized");
        string[] inputs = quantization.ZeroPoint is null ? [value, quantization.Scale] : [value, quantization.Scale, quantization.ZeroPoint];
        _model.Graph.Nodes.Add(new OnnxNode("DequantizeLinear", inputs, [real], real));
        return real;
    }
}
