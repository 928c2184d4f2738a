using Google.Protobuf;
using Google.Protobuf.Collections;
using ResNet.Net.Onnx.Internals.Schema;
using AttributeType = ResNet.Net.Onnx.Internals.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx;

/// <summary>The attributes of a node, by name.</summary>
public sealed class OnnxAttributes
{
    private readonly NodeProto _node;

    internal OnnxAttributes(NodeProto node) => _node = node;

    /// <summary>The names, in the order of the file.</summary>
    public IEnumerable<string> Names => List.Select(a => a.Name);

    private RepeatedField<AttributeProto> List => _node.Attribute;

    /// <summary>Whether there is an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True if there is.</returns>
    public bool Contains(string name) => Find(name) is not null;

    /// <summary>An integer.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="absent">What the specification says where it is not there.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public long GetInt(string name, long absent) => Find(name, AttributeType.Int)?.I ?? absent;

    /// <summary>A real number.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="absent">What the specification says where it is not there.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public float GetFloat(string name, float absent) => Find(name, AttributeType.Float)?.F ?? absent;

    /// <summary>A text.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="absent">What the specification says where it is not there.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public string GetString(string name, string absent) => Find(name, AttributeType.String)?.S.ToStringUtf8() ?? absent;

    /// <summary>A list of integers.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>A copy of the values; null where the attribute is not there.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public long[]? GetInts(string name) => Find(name, AttributeType.Ints)?.Ints.ToArray();

    /// <summary>A list of real numbers.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>A copy of the values; null where the attribute is not there.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public float[]? GetFloats(string name) => Find(name, AttributeType.Floats)?.Floats.ToArray();

    /// <summary>A tensor.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The tensor; null where the attribute is not there.</returns>
    /// <exception cref="OnnxModelException">The attribute is of another type.</exception>
    public OnnxTensor? GetTensor(string name) => Find(name, AttributeType.Tensor) is AttributeProto attribute ? new OnnxTensor(attribute.T) : null;

    /// <summary>Sets an integer, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, long value) => Put(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });

    /// <summary>Sets a real number, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, float value) => Put(new AttributeProto { Name = name, Type = AttributeType.Float, F = value });

    /// <summary>Sets a text, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, string value) => Put(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Sets a list of integers, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="values">The values; copied.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, ReadOnlySpan<long> values) => Put(new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { values.ToArray() } });

    /// <summary>Sets a list of real numbers, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="values">The values; copied.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, ReadOnlySpan<float> values) => Put(new AttributeProto { Name = name, Type = AttributeType.Floats, Floats = { values.ToArray() } });

    /// <summary>Sets a tensor, in place of whatever has the name.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The tensor; shared with the attribute from now on.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public void Set(string name, OnnxTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Put(new AttributeProto { Name = name, Type = AttributeType.Tensor, T = value.Proto });
    }

    /// <summary>Removes an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether it was there.</returns>
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

        // Files older than IR version 2 do not say the type: the field that is set tells it.
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
            : throw new OnnxModelException($"The attribute '{name}' of {new OnnxNode(_node)} is {(attribute.HasType ? attribute.Type : "of no type")}, but {type} is needed. The file is damaged, or of an operator set that is not known.");
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
