using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx;

/// <summary>The name, element type and shape of a value: a graph's input or output, or what is known of a value between nodes.</summary>
public sealed class OnnxValueInfo
{
    /// <summary>Describes a tensor.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="elementType">The type of its elements.</param>
    /// <param name="shape">Its shape; null when not even the rank is known.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OnnxValueInfo(string name, OnnxElementType elementType, IReadOnlyList<OnnxDimension>? shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Proto = new ValueInfoProto { Name = name };
        ElementType = elementType;
        Shape = shape;
    }

    internal OnnxValueInfo(ValueInfoProto proto) => Proto = proto;

    /// <summary>The value's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>The type of the tensor's elements; <see cref="OnnxElementType.Undefined"/> for what is no tensor.</summary>
    public OnnxElementType ElementType
    {
        get => (OnnxElementType)(Proto.Type?.TensorType?.ElemType ?? 0);
        set => Tensor.ElemType = (int)value;
    }

    /// <summary>The tensor's shape; null when not even the rank is known. A copy: assign to change it.</summary>
    public IReadOnlyList<OnnxDimension>? Shape
    {
        get => Proto.Type?.TensorType?.Shape is TensorShapeProto shape
            ? [.. shape.Dim.Select(d => new OnnxDimension(d.HasDimValue ? d.DimValue : null, d.HasDimParam ? d.DimParam : null))]
            : null;
        set
        {
            TypeProto.Types.Tensor tensor = Tensor;
            tensor.Shape = null;
            if (value is null)
            {
                return;
            }

            tensor.Shape = new TensorShapeProto();
            foreach (OnnxDimension dimension in value)
            {
                TensorShapeProto.Types.Dimension proto = new();
                if (dimension.Value is long number)
                {
                    proto.DimValue = number;
                }
                else if (dimension.Parameter is string parameter)
                {
                    proto.DimParam = parameter;
                }

                tensor.Shape.Dim.Add(proto);
            }
        }
    }

    internal ValueInfoProto Proto { get; }

    private TypeProto.Types.Tensor Tensor => (Proto.Type ??= new TypeProto()).TensorType ??= new TypeProto.Types.Tensor();

    /// <summary>As <c>data Float [N, 3, 224, 224]</c>.</summary>
    /// <returns>Text for messages.</returns>
    public override string ToString() => $"{Name} {ElementType} {(Shape is { } shape ? $"[{string.Join(", ", shape)}]" : "of unknown shape")}";
}
