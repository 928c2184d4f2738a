namespace ResNet.Net.Onnx;

/// <summary>Represents what <see cref="OpsetUpgrader.Upgrade"/> changed.</summary>
public sealed record OpsetUpgradeReport
{
    /// <summary>Gets the opset before the upgrade.</summary>
    public required long FromOpset { get; init; }

    /// <summary>Gets the opset after the upgrade.</summary>
    public required long ToOpset { get; init; }

    /// <summary>Gets the IR version before the upgrade.</summary>
    public required long FromIrVersion { get; init; }

    /// <summary>Gets the IR version after the upgrade.</summary>
    public required long ToIrVersion { get; init; }

    /// <summary>Gets the number of initializers that were removed from the graph's inputs.</summary>
    public required int InitializersDroppedFromInputs { get; init; }

    /// <summary>Gets the changes in the order in which they were made. Nodes that needed no change are not listed.</summary>
    public required IReadOnlyList<OpsetUpgradeChange> Changes { get; init; }

    /// <summary>
    /// Returns text such as <c>opset 3 -> 9, IR version 3 -> 4, initializers removed from inputs: 1, nodes changed: 2</c>.
    /// </summary>
    /// <returns>A summary in one line.</returns>
    public override string ToString()
    {
        int nodes = Changes.Select(c => c.Node).Distinct().Count();
        return $"opset {FromOpset} -> {ToOpset}, IR version {FromIrVersion} -> {ToIrVersion}, "
            + $"initializers removed from inputs: {InitializersDroppedFromInputs}, nodes changed: {nodes}";
    }
}
