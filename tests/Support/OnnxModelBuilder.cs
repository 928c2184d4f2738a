using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>
/// Writes small ONNX files for tests, field by field as onnx.proto numbers them: other people's models, made without other people's files.
/// </summary>
internal sealed class OnnxModelBuilder
{
    private const int FloatType = 1;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    public int Opset { get; init; } = 13;

    public int IrVersion { get; init; } = 7;

    /// <summary>
    /// A classifier whose answer can be worked out by hand: logits = weights x (mean of each plane) + bias.
    /// </summary>
    /// <param name="weights">[classes, 3], row after row.</param>
    /// <param name="bias">[classes].</param>
    /// <param name="shape">The input's shape; -1 leaves a dimension open.</param>
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

    public OnnxModelBuilder Initializer(string name, long[] shape, float[] values)
    {
        _initializers.Add(
            [
                .. shape.SelectMany(d => Varint(1, (ulong)d)),
                .. Varint(2, FloatType),
                .. Text(8, name),
                .. Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()),
            ]);
        return this;
    }

    public OnnxModelBuilder Node(string operation, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        const int IntegerAttribute = 2;
        _nodes.Add([
            .. inputs.SelectMany(i => Text(1, i)),
            .. outputs.SelectMany(o => Text(2, o)),
            .. Text(4, operation),
            .. attributes.SelectMany(a => Bytes(5, [.. Text(1, a.Name), .. Varint(3, (ulong)a.Value), .. Varint(20, IntegerAttribute)])),
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
        return [.. Varint(1, (ulong)IrVersion), .. Bytes(7, graph), .. Bytes(8, [.. Text(1, ""), .. Varint(2, (ulong)Opset)])];
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
