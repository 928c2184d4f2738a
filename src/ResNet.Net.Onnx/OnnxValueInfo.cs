using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>Represents the name, element type and shape of a graph input, a graph output or an intermediate value.</summary>
public sealed class OnnxValueInfo
{
    /// <summary>Initializes a new instance of the <see cref="OnnxValueInfo"/> class that describes a tensor.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="elementType">The type of its elements.</param>
    /// <param name="shape">Its shape; null if the rank is unknown.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OnnxValueInfo(string name, OnnxElementType elementType, IReadOnlyList<OnnxDimension>? shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Proto = new ValueInfoProto { Name = name };
        ElementType = elementType;
        Shape = shape;
    }

    internal OnnxValueInfo(ValueInfoProto proto) => Proto = proto;

    /// <summary>Gets or sets the value's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>
    /// Gets or sets the type of the tensor's elements; <see cref="OnnxElementType.Undefined"/> if the value is not a tensor.
    /// </summary>
    public OnnxElementType ElementType
    {
        get => (OnnxElementType)(Proto.Type?.TensorType?.ElemType ?? 0);
        set => Tensor.ElemType = (int)value;
    }

    /// <summary>Gets or sets the tensor's shape; null if the rank is unknown. The getter returns a copy.</summary>
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

    /// <summary>Returns text such as <c>data Float [N, 3, 224, 224]</c>; for other types than tensors, their kind.</summary>
    /// <returns>The name, element type and shape.</returns>
    public override string ToString() => Proto.Type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.SequenceType => $"{Name} Sequence",
        TypeProto.ValueOneofCase.MapType => $"{Name} Map",
        TypeProto.ValueOneofCase.OptionalType => $"{Name} Optional",
        TypeProto.ValueOneofCase.SparseTensorType => $"{Name} SparseTensor",
        _ => $"{Name} {ElementType} {(Shape is { } shape ? $"[{string.Join(", ", shape)}]" : "of unknown shape")}",
    };
}
