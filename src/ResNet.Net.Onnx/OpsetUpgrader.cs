using ResNet.Net.Onnx.Internals.Upgrading;

namespace ResNet.Net.Onnx;

/// <summary>
/// Raises a model of an old operator set to a newer one without changing what it computes: attributes that became inputs, broadcasting by attribute, operators whose
/// meaning of an axis changed. It knows the operators of picture classifiers; what it does not know it refuses by name.
/// </summary>
/// <remarks>Source: the operators' history, https://github.com/onnx/onnx/blob/main/docs/Changelog.md. The operators known, and what is done at which version, are in docs/onnx.md.</remarks>
public static class OpsetUpgrader
{
    /// <summary>The lowest opset to upgrade to: the first that ONNX Runtime still runs.</summary>
    public const long LowestTarget = 7;

    /// <summary>The highest opset to upgrade to.</summary>
    public const long HighestTarget = 13;

    /// <summary>
    /// Raises a model's opset in place. The IR version is raised with it, to 4 at least, and where it was below 4 initializers are dropped from the graph's inputs: they are
    /// constants from then on. The graph's nodes are replaced by others; tensors that stay as they are are not copied. Dropout is removed, since the result is for inference.
    /// </summary>
    /// <param name="model">The model, of opset 1 to <paramref name="targetOpset"/>; one that has that opset already is not touched.</param>
    /// <param name="targetOpset">The opset to reach, from <see cref="LowestTarget"/> to <see cref="HighestTarget"/>.</param>
    /// <returns>What was changed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="targetOpset"/> is out of its range.</exception>
    /// <exception cref="OnnxModelException">
    /// The model has a higher opset, or something that cannot be upgraded: an operator that is not known, one in training mode, functions or graphs within nodes. The message
    /// names every such node, and the model is as it was.
    /// </exception>
    public static OpsetUpgradeReport Upgrade(OnnxModel model, long targetOpset = HighestTarget)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(targetOpset, LowestTarget);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targetOpset, HighestTarget);
        (long opset, long irVersion) = (model.Opset, model.IrVersion);
        if (opset == targetOpset)
        {
            return new OpsetUpgradeReport { FromOpset = opset, ToOpset = opset, FromIrVersion = irVersion, ToIrVersion = irVersion, InitializersDroppedFromInputs = 0, Changes = [] };
        }

        if (opset < 1)
        {
            throw new OnnxModelException($"The model '{model.Graph.Name}' is of opset {opset}, but they are counted from 1. The file is damaged.");
        }

        if (opset > targetOpset)
        {
            throw new OnnxModelException($"The model '{model.Graph.Name}' is of opset {opset}, which is above {targetOpset}: models are upgraded only, never downgraded. Use it as it is.");
        }

        // On a copy of the nodes, so that a refusal leaves the model as it was.
        UpgradeWork work = new(model);
        work.RefuseUnknown();
        int dropped = irVersion < IrVersions.InitializersNeedNoInput ? work.Graph.DropInitializerInputs() : 0;
        work.Run(targetOpset);
        work.ThrowIfRefused(targetOpset);
        work.WriteBack();
        model.Opset = targetOpset;
        model.IrVersion = IrVersions.After(irVersion, targetOpset);
        return new OpsetUpgradeReport
        {
            FromOpset = opset,
            ToOpset = targetOpset,
            FromIrVersion = irVersion,
            ToIrVersion = model.IrVersion,
            InitializersDroppedFromInputs = dropped,
            Changes = work.Changes,
        };
    }
}
