using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Provides edits of ONNX models that need ONNX Runtime.</summary>
public static class OnnxModelExtensions
{
    /// <summary>
    /// Replaces values that don't depend on the model's input by initializers: weights and pads that an exporter computes through
    /// <c>ConstantOfShape</c>, <c>Shape</c>, <c>Gather</c>, <c>Concat</c>, <c>Cast</c> and similar operators. ONNX Runtime computes the
    /// values; what the model computes doesn't change. See <see cref="ConstantFolding.Fold"/> for the nodes that are kept.
    /// </summary>
    /// <param name="model">The model to edit. Models below opset 7, which ONNX Runtime doesn't run, are not changed.</param>
    /// <returns>The number of folded nodes.</returns>
    /// <exception cref="OnnxModelException">An attribute of a node has the wrong type. The model is unchanged.</exception>
    /// <exception cref="ResNetException">The native library of ONNX Runtime cannot be loaded.</exception>
    public static int FoldConstants(this OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Opset < ModelPreparation.OldestOpset ? 0 : ConstantFolding.Fold(model, Evaluate);
    }

    private static IReadOnlyList<OnnxTensor>? Evaluate(OnnxModel constants)
    {
        try
        {
            using OrtSession session = OrtSession.FromMemory(constants.ToArray(), "constants", new SessionSettings
            {
                IntraOpThreads = 1,
                Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL,
            });
            return session.RunToTensors();
        }
        catch (InferenceException)
        {
            return null; // ONNX Runtime doesn't support the operator or its types on the CPU
        }
    }
}
