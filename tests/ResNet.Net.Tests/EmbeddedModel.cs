using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>The ONNX models that are embedded in the library.</summary>
internal static class EmbeddedModel
{
    public static unsafe OnnxModel Parse(ResNetVariant variant)
    {
        using UnmanagedMemoryStream stream = EmbeddedResource.Open(variant.Files[0].Name);
        return OnnxModel.Parse(new ReadOnlySpan<byte>(stream.PositionPointer, (int)stream.Length));
    }
}
