namespace ResNet.Net.Quantization;

/// <summary>Specifies the integer type of activations. Weights are signed and symmetric in both cases.</summary>
public enum ActivationType
{
    /// <summary>Unsigned with a zero point (U8S8), which CPUs run fastest.</summary>
    UInt8,

    /// <summary>Signed and symmetric with zero point 0 (S8S8), which GPUs require (CUDA, TensorRT). QDQ only.</summary>
    Int8,
}
