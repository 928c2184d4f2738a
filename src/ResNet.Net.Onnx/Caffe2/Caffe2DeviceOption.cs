namespace ResNet.Net.Onnx;

/// <summary>Represents the device on which Caffe2 runs an operator or a network (protobuf message <c>DeviceOption</c>).</summary>
public sealed class Caffe2DeviceOption
{
    /// <summary>Gets the kind of the device: 0 for the CPU, 1 for CUDA; <see langword="null"/> if the field is absent.</summary>
    public int? DeviceType { get; init; }

    /// <summary>Gets the zero-based number of the device; <see langword="null"/> if the field is absent.</summary>
    public int? DeviceId { get; init; }

    /// <summary>Gets the seed of the device's random numbers; <see langword="null"/> if the field is absent.</summary>
    public uint? RandomSeed { get; init; }

    /// <summary>Gets the name of the machine; <see langword="null"/> if the field is absent.</summary>
    public string? NodeName { get; init; }
}
