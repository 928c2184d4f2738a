namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Builds small models with the library's own API. Below IR version 4, every initializer is also an input.</summary>
internal sealed class TestModel
{
    public TestModel(long opset, long? irVersion = null)
        => Model = new OnnxModel(irVersion ?? opset switch { <= 8 => 3, 9 => 4, 10 => 5, 11 => 6, _ => 7 }, opset, "test");

    public OnnxModel Model { get; }

    public TestModel Input(string name, params OnnxDimension[] shape)
    {
        Model.Graph.Inputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, shape));
        return this;
    }

    public TestModel Output(string name, params OnnxDimension[] shape)
    {
        Model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, shape));
        return this;
    }

    public TestModel Weight<T>(string name, long[] shape, params T[] values)
        where T : unmanaged
    {
        OnnxTensor tensor = OnnxTensor.Create<T>(name, shape, values);
        Model.Graph.Initializers.Add(tensor);
        if (Model.IrVersion < 4)
        {
            Model.Graph.Inputs.Add(new OnnxValueInfo(name, tensor.ElementType, [.. shape.Select(OnnxDimension.FromInt64)]));
        }

        return this;
    }

    public TestModel Node(string opType, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
        => Node(new OnnxNode(opType, inputs, outputs), attributes);

    public TestModel Node(OnnxNode node, params (string Name, object Value)[] attributes)
    {
        foreach ((string name, object value) in attributes)
        {
            switch (value)
            {
                case int number:
                    node.Attributes.Set(name, (long)number);
                    break;
                case float number:
                    node.Attributes.Set(name, number);
                    break;
                case string text:
                    node.Attributes.Set(name, text);
                    break;
                case long[] numbers:
                    node.Attributes.Set(name, numbers);
                    break;
                case OnnxTensor tensor:
                    node.Attributes.Set(name, tensor);
                    break;
                default:
                    throw new ArgumentException($"{value.GetType()} is not an attribute type.", nameof(attributes));
            }
        }

        Model.Graph.Nodes.Add(node);
        return this;
    }

    public static implicit operator OnnxModel(TestModel model) => model.Model;
}
