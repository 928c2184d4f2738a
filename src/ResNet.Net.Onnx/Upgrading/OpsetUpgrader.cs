namespace ResNet.Net.Onnx;

/// <summary>
/// Upgrades models to a newer opset without changing what they compute: it moves attributes that became inputs, replaces attribute-based
/// broadcasting, and adapts operators whose axis changed its meaning. It supports the operators of image classifiers and rejects all
/// others by name.
/// </summary>
/// <remarks>
/// Source: the operators' history, https://github.com/onnx/onnx/blob/main/docs/Changelog.md. The file docs/onnx.md lists the supported
/// operators and their changes.
/// </remarks>
public static class OpsetUpgrader
{
    /// <summary>The lowest target opset: the oldest that ONNX Runtime runs.</summary>
    public const long LowestTarget = 7;

    /// <summary>The highest target opset.</summary>
    public const long HighestTarget = 13;

    // From this IR version on, initializers need not be listed as inputs.
    private const long FirstIrVersionWithoutInitializerInputs = 4;

    /// <summary>
    /// Upgrades a model in place and removes its Dropout nodes. The IR version is raised to the one that was released with the opset, at
    /// least 4. If it was below 4, initializers are removed from the graph's inputs and become constants. Unchanged tensors are not copied.
    /// </summary>
    /// <param name="model">The model to upgrade. A model that already has the target opset is not changed.</param>
    /// <param name="targetOpset">The target opset, from <see cref="LowestTarget"/> to <see cref="HighestTarget"/>.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="targetOpset"/> is out of range.</exception>
    /// <exception cref="OnnxModelException">
    /// The model has a higher opset, or contains something that can't be upgraded: an unsupported operator, training mode, functions or
    /// subgraphs. The message names every such node, and the model is unchanged.
    /// </exception>
    public static OpsetUpgradeReport Upgrade(OnnxModel model, long targetOpset = HighestTarget)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetOpset, LowestTarget);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targetOpset, HighestTarget);
        (long opset, long irVersion) = (model.Opset, model.IrVersion);
        if (opset == targetOpset)
        {
            return Report(dropped: 0, changes: []);
        }

        if (opset < 1)
        {
            throw new OnnxModelException($"The model '{model.Graph.Name}' has opset {opset}, but the first one is 1. The file is damaged.");
        }

        if (opset > targetOpset)
        {
            throw new OnnxModelException(
                $"The model '{model.Graph.Name}' has opset {opset}, which is above {targetOpset}. "
                + "Models can't be downgraded; use it as it is.");
        }

        // The session edits a copy of the nodes, so the model is unchanged if the upgrade is rejected.
        UpgradeSession session = new(model);
        session.RejectUnsupported();
        int dropped = irVersion < FirstIrVersionWithoutInitializerInputs ? session.Graph.DropInitializerInputs() : 0;
        session.Run(targetOpset);
        session.ThrowIfRejected(targetOpset);
        session.WriteBack();
        model.Opset = targetOpset;
        model.IrVersion = Math.Max(Math.Max(irVersion, FirstIrVersionWithoutInitializerInputs), IrVersionOf(targetOpset));
        return Report(dropped, session.Changes);

        OpsetUpgradeReport Report(int dropped, IReadOnlyList<OpsetUpgradeChange> changes) => new()
        {
            FromOpset = opset,
            ToOpset = targetOpset,
            FromIrVersion = irVersion,
            ToIrVersion = model.IrVersion,
            InitializersDroppedFromInputs = dropped,
            Changes = changes,
        };
    }

    /// <summary>Gets the IR version that was released with an opset (ONNX's docs/Versioning.md).</summary>
    internal static long IrVersionOf(long opset) => opset switch
    {
        <= 8 => 3,
        9 => 4,
        10 => 5,
        11 => 6,
        _ => 7,
    };
}
