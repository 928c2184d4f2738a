namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>The operators that compute in integers.</summary>
internal enum LayerKind
{
    Conv,
    Gemm,
    Add,
    AveragePool,
    GlobalAveragePool,
}
