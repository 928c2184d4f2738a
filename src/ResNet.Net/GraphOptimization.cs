namespace ResNet.Net;

/// <summary>How far ONNX Runtime optimises the graph when it loads a model; the values are those of <c>GraphOptimizationLevel</c>.</summary>
public enum GraphOptimization
{
    /// <summary>The graph runs as it stands in the file.</summary>
    None = 0,

    /// <summary>Constant folding, removal of redundant nodes, BatchNormalization folded into Conv.</summary>
    Basic = 1,

    /// <summary>Fused operators besides.</summary>
    Extended = 2,

    /// <summary>Memory layouts of this processor besides: the fastest, and the default.</summary>
    All = 99,
}
