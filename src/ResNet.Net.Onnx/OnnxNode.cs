using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx;

/// <summary>One operation of a graph.</summary>
public sealed class OnnxNode
{
    /// <summary>Creates a node.</summary>
    /// <param name="opType">The operator, such as <c>Conv</c>.</param>
    /// <param name="inputs">The names of the values that it takes, by position; an empty name leaves an optional one out.</param>
    /// <param name="outputs">The names of the values that it gives.</param>
    /// <param name="name">The node's own name; empty for none.</param>
    /// <param name="domain">The operator set that the operator is of; empty for ONNX's own.</param>
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

    /// <summary>The node's own name; empty for none.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>The operator, such as <c>Conv</c>.</summary>
    public string OpType
    {
        get => Proto.OpType;
        set => Proto.OpType = value;
    }

    /// <summary>The operator set that the operator is of: empty for ONNX's own, or such as <c>com.microsoft</c>.</summary>
    public string Domain
    {
        get => OnnxModel.Canonical(Proto.Domain);
        set => Proto.Domain = value;
    }

    /// <summary>The names of the values that the node takes, by position; an empty name stands for an optional one that is left out.</summary>
    public IList<string> Inputs => Proto.Input;

    /// <summary>The names of the values that the node gives.</summary>
    public IList<string> Outputs => Proto.Output;

    /// <summary>The operator's attributes.</summary>
    public OnnxAttributes Attributes { get; }

    internal NodeProto Proto { get; }

    /// <summary>Whether the node has an operator of ONNX's own set.</summary>
    /// <param name="opType">The operator.</param>
    /// <returns>True if it is that operator, of no other domain.</returns>
    public bool Is(string opType) => Proto.OpType == opType && Domain.Length == 0;

    /// <summary>The input at a position; null when it is left out.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <returns>The value's name, or null.</returns>
    public string? GetInputOrNull(int index) => index < Proto.Input.Count && Proto.Input[index].Length > 0 ? Proto.Input[index] : null;

    /// <summary>As <c>node 'conv0_fwd' (Conv)</c>, or by its first output when it has no name.</summary>
    /// <returns>Text for messages.</returns>
    public override string ToString()
    {
        string name = Name.Length > 0 ? $"node '{Name}'" : Proto.Output.Count > 0 ? $"the node that gives '{Proto.Output[0]}'" : "a node without name or outputs";
        return $"{name} ({(Domain.Length > 0 ? Domain + "." : string.Empty)}{OpType})";
    }
}
