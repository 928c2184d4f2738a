using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Name, element type and shape of a model's input or output; -1 stands for a dimension that the file leaves open.</summary>
internal sealed record TensorMetadata(string Name, OnnxElementType ElementType, IReadOnlyList<long> Shape)
{
    public string ShapeText => FormatShape(Shape);

    public static string FormatShape(IEnumerable<long> shape) => $"[{string.Join(", ", shape.Select(d => d < 0 ? "?" : d.ToString()))}]";

    public override string ToString() => $"'{Name}' {ElementType} {ShapeText}";
}
