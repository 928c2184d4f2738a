using Google.Protobuf;
using Google.Protobuf.Collections;
using ResNet.Net.Onnx.Schema;
using AttributeType = ResNet.Net.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx;

/// <summary>Represents the attributes of a node, by name.</summary>
public sealed class OnnxAttributes
{
    private readonly NodeProto _node;

    internal OnnxAttributes(NodeProto node) => _node = node;

    /// <summary>Gets the names, in file order.</summary>
    public IEnumerable<string> Names => List.Select(a => a.Name);

    private RepeatedField<AttributeProto> List => _node.Attribute;

    /// <summary>Determines whether the node has an attribute.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>True if the node has the attribute.</returns>
    public bool Contains(string name) => Find(name) is not null;

    /// <summary>Gets an integer.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="defaultValue">The value to return if the node doesn't have the attribute.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public long GetInt(string name, long defaultValue) => Find(name, AttributeType.Int)?.I ?? defaultValue;

    /// <summary>Gets a floating-point number.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="defaultValue">The value to return if the node doesn't have the attribute.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public float GetFloat(string name, float defaultValue) => Find(name, AttributeType.Float)?.F ?? defaultValue;

    /// <summary>Gets a string.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="defaultValue">The value to return if the node doesn't have the attribute.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public string GetString(string name, string defaultValue) => Find(name, AttributeType.String)?.S.ToStringUtf8() ?? defaultValue;

    /// <summary>Gets a list of integers.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>A copy of the values; null if the node doesn't have the attribute.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public long[]? GetInts(string name) => Find(name, AttributeType.Ints)?.Ints.ToArray();

    /// <summary>Gets a list of floating-point numbers.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>A copy of the values; null if the node doesn't have the attribute.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public float[]? GetFloats(string name) => Find(name, AttributeType.Floats)?.Floats.ToArray();

    /// <summary>Gets a tensor.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The tensor; null if the node doesn't have the attribute.</returns>
    /// <exception cref="OnnxModelException">The attribute has a different type.</exception>
    public OnnxTensor? GetTensor(string name)
        => Find(name, AttributeType.Tensor) is AttributeProto attribute ? new OnnxTensor(attribute.T) : null;

    /// <summary>Sets an integer. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, long value) => Put(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });

    /// <summary>Sets a floating-point number. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, float value) => Put(new AttributeProto { Name = name, Type = AttributeType.Float, F = value });

    /// <summary>Sets a string. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, string value)
        => Put(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Sets a list of integers. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="values">The values; copied.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, ReadOnlySpan<long> values)
        => Put(new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { values.ToArray() } });

    /// <summary>Sets a list of floating-point numbers. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="values">The values; copied.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, ReadOnlySpan<float> values)
        => Put(new AttributeProto { Name = name, Type = AttributeType.Floats, Floats = { values.ToArray() } });

    /// <summary>Sets a tensor. An existing attribute of that name is replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The tensor; not copied.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, OnnxTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Put(new AttributeProto { Name = name, Type = AttributeType.Tensor, T = value.Proto });
    }

    /// <summary>Removes an attribute.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>True if the attribute existed.</returns>
    public bool Remove(string name) => Find(name) is AttributeProto attribute && List.Remove(attribute);

    private AttributeProto? Find(string name)
    {
        foreach (AttributeProto attribute in List)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }

        return null;
    }

    private AttributeProto? Find(string name, AttributeType type)
    {
        AttributeProto? attribute = Find(name);
        if (attribute is null)
        {
            return null;
        }

        // Up to IR version 1, files don't store the type: the field that is set determines it.
        bool has = attribute.HasType ? attribute.Type == type : type switch
        {
            AttributeType.Int => attribute.HasI,
            AttributeType.Float => attribute.HasF,
            AttributeType.String => attribute.HasS,
            AttributeType.Tensor => attribute.T is not null,
            AttributeType.Ints => attribute.Ints.Count > 0,
            _ => attribute.Floats.Count > 0,
        };
        return has && (type != AttributeType.Tensor || attribute.T is not null)
            ? attribute
            : throw new OnnxModelException(
                $"The attribute '{name}' of {new OnnxNode(_node)} has {(attribute.HasType ? $"the type {attribute.Type}" : "no type")}, "
                + $"not {type}.");
    }

    private void Put(AttributeProto attribute)
    {
        ArgumentException.ThrowIfNullOrEmpty(attribute.Name, "name");
        for (int i = 0; i < List.Count; i++)
        {
            if (List[i].Name == attribute.Name)
            {
                List[i] = attribute;
                return;
            }
        }

        List.Add(attribute);
    }
}
