using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>Builds small ONNX models from the field numbers of onnx.proto, independently of the library's own writer.</summary>
internal sealed class OnnxModelBuilder
{
    private const int FloatType = 1;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];
    private readonly List<byte[]> _metadata = [];

    public int Opset { get; init; } = 13;

    public int IrVersion { get; init; } = 7;

    /// <summary>
    /// Builds a classifier whose output is easy to calculate: logits = weights x (mean of each channel) + bias.
    /// </summary>
    /// <param name="weights">The weights [classes, 3], in row-major order.</param>
    /// <param name="bias">The bias [classes].</param>
    /// <param name="shape">The shape of the input; -1 for a symbolic dimension.</param>
    /// <param name="input">The name of the input.</param>
    /// <param name="output">The name of the output.</param>
    /// <param name="softmax">Whether the output is the softmax of the logits.</param>
    /// <param name="outputShape">The declared shape of the output; null for [batch, classes].</param>
    public static byte[] PlaneMeans(
        float[] weights,
        float[] bias,
        long[] shape,
        string input = "image",
        string output = "scores",
        bool softmax = false,
        long[]? outputShape = null)
    {
        int classes = bias.Length;
        OnnxModelBuilder model = new();
        model.Input(input, shape).Output(output, outputShape ?? [shape[0], classes]);
        model.Initializer("weights", [classes, 3], weights).Initializer("bias", [classes], bias);
        model.Node("GlobalAveragePool", [input], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], [softmax ? "logits" : output], ("transB", 1));
        if (softmax)
        {
            model.Node("Softmax", ["logits"], [output], ("axis", 1));
        }

        return model.Build();
    }

    public OnnxModelBuilder Input(string name, long[] shape, int elementType = FloatType)
    {
        _inputs.Add(ValueInfo(name, shape, elementType));
        return this;
    }

    public OnnxModelBuilder Output(string name, long[] shape, int elementType = FloatType)
    {
        _outputs.Add(ValueInfo(name, shape, elementType));
        return this;
    }

    /// <summary>Adds an input that is a sequence of maps to numbers.</summary>
    public OnnxModelBuilder MapInput(string name, int keyType)
    {
        _inputs.Add(MapInfo(name, keyType, isSequence: true));
        return this;
    }

    /// <summary>Adds an output that is a map from labels to scores, or a sequence of such maps.</summary>
    public OnnxModelBuilder MapOutput(string name, int keyType, bool isSequence)
    {
        _outputs.Add(MapInfo(name, keyType, isSequence));
        return this;
    }

    public OnnxModelBuilder Metadata(string key, string value)
    {
        _metadata.Add([.. Text(1, key), .. Text(2, value)]);
        return this;
    }

    public OnnxModelBuilder Initializer(string name, long[] shape, float[] values)
        => Initializer(name, shape, FloatType, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Adds an initializer of any element type from its raw data.</summary>
    public OnnxModelBuilder Initializer(string name, long[] shape, int elementType, byte[] rawData)
    {
        _initializers.Add([
            .. shape.SelectMany(d => Varint(1, (ulong)d)),
            .. Varint(2, (ulong)elementType),
            .. Text(8, name),
            .. Bytes(9, rawData),
        ]);
        return this;
    }

    public OnnxModelBuilder TextInitializer(string name, params string[] values)
    {
        const int TextType = 8;
        _initializers.Add([
            .. Varint(1, (ulong)values.Length), .. Varint(2, TextType), .. values.SelectMany(v => Text(6, v)), .. Text(8, name),
        ]);
        return this;
    }

    /// <summary>Adds a node with an attribute that is a list of integers or texts.</summary>
    public OnnxModelBuilder ListNode(
        string operation, string input, string output, string attribute, long[]? integers, string[]? texts = null, string domain = "")
    {
        const int IntegersAttribute = 7, TextsAttribute = 8;
        byte[] list = integers is not null
            ? [.. integers.SelectMany(v => Varint(8, (ulong)v)), .. Varint(20, IntegersAttribute)]
            : [.. texts!.SelectMany(v => Text(9, v)), .. Varint(20, TextsAttribute)];
        _nodes.Add([
            .. Text(1, input), .. Text(2, output), .. Text(4, operation), .. Bytes(5, [.. Text(1, attribute), .. list]), .. Text(7, domain),
        ]);
        return this;
    }

    public OnnxModelBuilder Node(string operation, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
        => Node(string.Empty, operation, inputs, outputs, attributes);

    public OnnxModelBuilder Node(
        string domain, string operation, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        const int IntegerAttribute = 2;
        _nodes.Add([
            .. inputs.SelectMany(i => Text(1, i)),
            .. outputs.SelectMany(o => Text(2, o)),
            .. Text(4, operation),
            .. attributes.SelectMany(a => Bytes(5, [.. Text(1, a.Name), .. Varint(3, (ulong)a.Value), .. Varint(20, IntegerAttribute)])),
            .. Text(7, domain),
        ]);
        return this;
    }

    public byte[] Build()
    {
        byte[] graph = [
            .. _nodes.SelectMany(n => Bytes(1, n)),
            .. Text(2, "test"),
            .. _initializers.SelectMany(i => Bytes(5, i)),
            .. _inputs.SelectMany(i => Bytes(11, i)),
            .. _outputs.SelectMany(o => Bytes(12, o)),
        ];
        return [
            .. Varint(1, (ulong)IrVersion),
            .. Bytes(7, graph),
            .. Bytes(8, [.. Text(1, ""), .. Varint(2, (ulong)Opset)]),
            .. Bytes(8, [.. Text(1, "ai.onnx.ml"), .. Varint(2, 1)]),
            .. _metadata.SelectMany(m => Bytes(14, m)),
        ];
    }

    private static byte[] MapInfo(string name, int keyType, bool isSequence)
    {
        byte[] score = Bytes(1, Varint(1, FloatType));
        byte[] map = Bytes(5, [.. Varint(1, (ulong)keyType), .. Bytes(2, score)]);
        return [.. Text(1, name), .. Bytes(2, isSequence ? Bytes(4, Bytes(1, map)) : map)];
    }

    private static byte[] ValueInfo(string name, long[] shape, int elementType)
    {
        byte[] dimensions = [.. shape.SelectMany((d, i) => Bytes(1, d >= 0 ? Varint(1, (ulong)d) : Text(2, $"open{i}")))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Varint(1, (ulong)elementType), .. Bytes(2, dimensions)]))];
    }

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value)
        => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)value.Length), .. value];

    private static byte[] Varint(int field, ulong value) => [.. Varint((ulong)(field << 3)), .. Varint(value)];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
