namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>The weights of a batch normalisation, in the order in which the operator takes them.</summary>
internal enum NormParameter
{
    Scale,
    Offset,
    Mean,
    Variance,
}
