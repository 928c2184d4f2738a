namespace ResNet.Net.Quantization;

/// <summary>The integers that activations become. Weights are signed and symmetric in either case.</summary>
public enum ActivationType
{
    /// <summary>Unsigned, with a zero point: what processors are fast with (U8S8).</summary>
    UInt8,

    /// <summary>Signed and symmetric, zero point 0 (S8S8): what GPUs need (CUDA, TensorRT). QDQ only.</summary>
    Int8,
}
