namespace ResNet.Net.Onnx;

/// <summary>What <see cref="OpsetUpgrader.Upgrade"/> changed.</summary>
public sealed record OpsetUpgradeReport
{
    /// <summary>The opset that the model had.</summary>
    public required long FromOpset { get; init; }

    /// <summary>The opset that it has now.</summary>
    public required long ToOpset { get; init; }

    /// <summary>The IR version that the model had.</summary>
    public required long FromIrVersion { get; init; }

    /// <summary>The IR version that it has now.</summary>
    public required long ToIrVersion { get; init; }

    /// <summary>How many initializers are no longer inputs of the graph.</summary>
    public required int InitializersDroppedFromInputs { get; init; }

    /// <summary>What was done to which node, in the order in which it was done. Nodes that mean the same in both opsets are not listed.</summary>
    public required IReadOnlyList<OpsetUpgradeChange> Changes { get; init; }

    /// <summary>As <c>opset 3 -> 9, IR version 3 -> 4, initializers no longer inputs: 1, nodes changed: 2</c>.</summary>
    /// <returns>Text for people.</returns>
    public override string ToString()
        => $"opset {FromOpset} -> {ToOpset}, IR version {FromIrVersion} -> {ToIrVersion}, initializers no longer inputs: {InitializersDroppedFromInputs}, nodes changed: {Changes.Select(c => c.Node).Distinct().Count()}";
}
