namespace ResNet.Net.Onnx;

/// <summary>Replaces values that don't depend on the input of a model by initializers.</summary>
public static class ConstantFolding
{
    /// <summary>
    /// Folds the nodes whose inputs are all constant: initializers that are no graph inputs, <c>Constant</c> nodes, and the <c>Shape</c> of
    /// values whose shape is fixed. What the model computes doesn't change.
    /// </summary>
    /// <remarks>
    /// Nodes are kept if their operator is random, quantizes, has subgraphs, is not from ONNX's own operator set, or is not known; if
    /// their output is a graph output or larger than 256 MiB and twice their inputs; or if the evaluator can't compute them. Below IR
    /// version 4, all initializers count as constants; if nodes are folded, the IR version becomes 4 and the initializers are removed
    /// from the graph's inputs. Nodes and initializers that are no longer used are removed.
    /// </remarks>
    /// <param name="model">The model to edit, with an opset that the evaluator supports.</param>
    /// <param name="evaluate">
    /// Computes the folded nodes. It is called once per level of the graph of constants, and not at all if there is nothing to fold.
    /// </param>
    /// <returns>The number of folded nodes.</returns>
    /// <exception cref="OnnxModelException">
    /// An attribute has the wrong type, or the evaluator returns the wrong number of values. The model is unchanged.
    /// </exception>
    public static int Fold(OnnxModel model, ConstantEvaluator evaluate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(evaluate);
        return new ConstantFolder(model, evaluate).Run();
    }
}
