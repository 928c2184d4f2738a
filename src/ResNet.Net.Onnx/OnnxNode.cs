using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>Represents a node of a graph: one application of an operator.</summary>
public sealed class OnnxNode
{
    /// <summary>Initializes a new instance of the <see cref="OnnxNode"/> class.</summary>
    /// <param name="opType">The operator, such as <c>Conv</c>.</param>
    /// <param name="inputs">The names of the input values, by position; an empty name omits an optional input.</param>
    /// <param name="outputs">The names of the output values.</param>
    /// <param name="name">The node's own name; empty for none.</param>
    /// <param name="domain">The operator set of the operator; empty for ONNX's own.</param>
    /// <exception cref="ArgumentException"><paramref name="opType"/> is empty.</exception>
    public OnnxNode(string opType, IEnumerable<string> inputs, IEnumerable<string> outputs, string name = "", string domain = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(opType);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(domain);
        Proto = new NodeProto { OpType = opType };
        if (name.Length > 0)
        {
            Proto.Name = name;
        }

        if (domain.Length > 0)
        {
            Proto.Domain = domain;
        }

        Proto.Input.AddRange(inputs);
        Proto.Output.AddRange(outputs);
        Attributes = new OnnxAttributes(Proto);
    }

    internal OnnxNode(NodeProto proto)
    {
        Proto = proto;
        Attributes = new OnnxAttributes(proto);
    }

    /// <summary>Gets or sets the node's own name; empty if it has none.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>Gets or sets the operator, such as <c>Conv</c>.</summary>
    public string OpType
    {
        get => Proto.OpType;
        set => Proto.OpType = value;
    }

    /// <summary>Gets or sets the operator set of the operator: empty for ONNX's own, or a domain such as <c>com.microsoft</c>.</summary>
    public string Domain
    {
        get => OnnxModel.Canonical(Proto.Domain);
        set => Proto.Domain = value;
    }

    /// <summary>Gets the names of the input values, by position; an empty name stands for an omitted optional input.</summary>
    public IList<string> Inputs => Proto.Input;

    /// <summary>Gets the names of the output values.</summary>
    public IList<string> Outputs => Proto.Output;

    /// <summary>Gets the node's attributes.</summary>
    public OnnxAttributes Attributes { get; }

    /// <summary>Gets whether the node has subgraphs, as If and Loop do.</summary>
    public bool HasSubgraphs => Subgraphs.Of(Proto).Any();

    internal NodeProto Proto { get; }

    /// <summary>Determines whether the node applies an operator of ONNX's own operator set.</summary>
    /// <param name="opType">The operator.</param>
    /// <returns>True if the node has that operator; false for the same name in another domain.</returns>
    public bool Is(string opType) => Proto.OpType == opType && Domain.Length == 0;

    /// <summary>Gets the name of the input at a position.</summary>
    /// <param name="index">The zero-based position.</param>
    /// <returns>The value's name; null if the input is omitted.</returns>
    public string? GetInputOrNull(int index) => index < Proto.Input.Count && Proto.Input[index].Length > 0 ? Proto.Input[index] : null;

    /// <summary>Returns text such as <c>node 'conv0_fwd' (Conv)</c>. A node without a name is identified by its first output.</summary>
    /// <returns>The node's name and operator.</returns>
    public override string ToString()
    {
        string name = Name.Length > 0 ? $"node '{Name}'"
            : Proto.Output.Count > 0 ? $"the node that produces '{Proto.Output[0]}'"
            : "a node without a name or outputs";
        return $"{name} ({(Domain.Length > 0 ? Domain + "." : string.Empty)}{OpType})";
    }
}
