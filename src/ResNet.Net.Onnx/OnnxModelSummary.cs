using System.Collections.ObjectModel;

namespace ResNet.Net.Onnx;

/// <summary>
/// Represents facts about a model file that can be read without its tensors, so the cost does not depend on the size of the weights.
/// </summary>
/// <param name="IrVersion">The version of the ONNX IR specification that the file uses.</param>
/// <param name="Opset">The version of ONNX's own operator set; 1 if the file imports none, as the specification defines.</param>
/// <param name="InputNames">The names of the graph's inputs.</param>
/// <param name="InitializerNames">The names of the graph's initializers (weights).</param>
/// <param name="HasExternalData">Whether the model stores tensors in external files.</param>
public sealed record OnnxModelSummary(
    long IrVersion,
    long Opset,
    IReadOnlyList<string> InputNames,
    IReadOnlyList<string> InitializerNames,
    bool HasExternalData)
{
    internal const int MaxMetadataBytes = 16 << 20;

    /// <summary>Gets the names of the graph's outputs.</summary>
    public IReadOnlyList<string> OutputNames { get; init; } = [];

    /// <summary>Gets the graph's inputs with their types and shapes, in the order of <see cref="InputNames"/>.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs { get; init; } = [];

    /// <summary>Gets the graph's outputs with their types and shapes, in the order of <see cref="OutputNames"/>.</summary>
    public IReadOnlyList<OnnxValueInfo> Outputs { get; init; } = [];

    /// <summary>Gets the model's metadata properties. Properties after the first 16 MiB are omitted.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the nodes that omit an input which their operator requires, including those of subgraphs and functions, one sentence each. A
    /// runtime can crash on such a file. It is empty for valid models, and doesn't replace <see cref="OnnxModel.Check"/>.
    /// </summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    internal IReadOnlyList<NodeSummary> Nodes { get; init; } = [];

    /// <summary>Gets the values of small numeric constants by name.</summary>
    internal IReadOnlyDictionary<string, double[]> SmallConstants { get; init; } = ReadOnlyDictionary<string, double[]>.Empty;

    /// <summary>
    /// Gets whether callers can replace weights because the graph lists them among its inputs. A runtime can't treat
    /// such weights as constants, so it can't fold them. IR version 3 requires this list, so there it doesn't make weights replaceable.
    /// </summary>
    public bool HasReplaceableWeights => IrVersion >= 4 && InitializerNames.Intersect(InputNames).Any();

    /// <summary>Determines from the structure of the graph what an output contains.</summary>
    /// <param name="output">The name of the output.</param>
    /// <returns>The content; <see cref="OnnxOutputContent.Unknown"/> if the structure does not show it.</returns>
    public OnnxOutputContent FindOutputContent(string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new OutputContentFinder(this).Find(output);
    }

    /// <summary>
    /// Finds the outputs that contain class scores, judged by the structure of the graph. Logits are left out if another output is their
    /// Softmax or Sigmoid.
    /// </summary>
    /// <returns>The names of the outputs; several if the structure does not show which of them to use.</returns>
    public IReadOnlyList<string> FindScoreOutputs() => new OutputContentFinder(this).FindScores();

    /// <summary>Determines from the structure of the graph what its first operators do with an input.</summary>
    /// <param name="input">The name of the input.</param>
    /// <returns>The layout of the dimensions, and the normalization by constants.</returns>
    public OnnxInputUse FindInputUse(string input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new InputUseFinder(this).Find(input);
    }

    /// <summary>Finds the tensor and the labels from which the operator ZipMap produces an output.</summary>
    /// <param name="output">The name of the output.</param>
    /// <returns>The map; null if no ZipMap produces the output.</returns>
    public OnnxClassMap? FindClassMap(string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        NodeSummary? node = Nodes.FirstOrDefault(n => n.Outputs.Contains(output));
        return node is { OpType: "ZipMap", Inputs: [string scores, ..] } ? new OnnxClassMap(scores, node.ClassLabels) : null;
    }

    /// <summary>Reads the summary of a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The summary.</returns>
    /// <exception cref="OnnxModelException">The file is damaged or is not an ONNX model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path names a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static OnnxModelSummary Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = RegularFile.OpenRead(path, FileShare.Read | FileShare.Delete);
        return Read(file);
    }

    /// <summary>Reads the summary of a model from a seekable stream.</summary>
    /// <param name="model">The bytes of an ONNX file, from the current position to the end. The stream stays open.</param>
    /// <returns>The summary.</returns>
    /// <exception cref="OnnxModelException">The bytes are damaged or are not an ONNX model.</exception>
    public static OnnxModelSummary Read(Stream model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelSummaryReader.Read(model);
    }

    /// <summary>Creates the summary of a model in memory.</summary>
    internal static OnnxModelSummary Of(OnnxModel model) => new(
        model.IrVersion,
        model.Opset,
        [.. model.Graph.Inputs.Select(i => i.Name)],
        [.. model.Graph.Initializers.Select(t => t.Name)],
        HasExternalData: false)
    {
        OutputNames = [.. model.Graph.Outputs.Select(o => o.Name)],
        Inputs = [.. model.Graph.Inputs],
        Outputs = [.. model.Graph.Outputs],
        Nodes = [.. model.Graph.Nodes.Select(NodeSummary.Of)],
    };
}
