namespace ResNet.Net.Onnx.Internals;

/// <summary>Values that do not depend on the input: initializers and what simple nodes make of them, quantized ones as the real numbers that they stand for.</summary>
internal sealed class ConstantReader(OnnxGraphIndex index)
{
    // Chains of constants are short: longer ones are damage.
    private const int MostNodes = 16;

    /// <summary>The shape of a constant; null where the value is none.</summary>
    public IReadOnlyList<long>? DimsOf(string value)
    {
        for (int i = 0; i < MostNodes; i++)
        {
            if (TensorOf(value) is OnnxTensor tensor)
            {
                return tensor.Dims;
            }

            if (index.FindProducer(value) is not OnnxNode { OpType: "Identity" or "DequantizeLinear" } node || node.GetInputOrNull(0) is not string input)
            {
                return null;
            }

            value = input;
        }

        return null;
    }

    /// <summary>A constant as real numbers; null where the value is none.</summary>
    /// <exception cref="OnnxModelException">Its element type or shape is not supported.</exception>
    public Constant? Read(string value) => Read(value, MostNodes);

    /// <summary>A quantized constant as the real numbers that it stands for.</summary>
    /// <param name="value">The constant, integers.</param>
    /// <param name="scale">A constant: one number, or one for each slice along the axis.</param>
    /// <param name="zeroPoint">A constant of the same shape; null for 0.</param>
    /// <param name="axis">The axis of scales; from the end where negative.</param>
    /// <returns>Null where one of them is no constant.</returns>
    public Constant? Dequantize(string value, string scale, string? zeroPoint, int axis) => Dequantize(value, scale, zeroPoint, axis, MostNodes);

    private static double[] ToReal(OnnxTensor tensor) => tensor.ElementType switch
    {
        OnnxElementType.Float => Convert(tensor.AsSpan<float>(), v => v),
        OnnxElementType.Double => tensor.ToArray<double>(),
        OnnxElementType.Float16 => Convert(tensor.AsSpan<Half>(), v => (double)v),
        OnnxElementType.UInt8 => Convert(tensor.AsSpan<byte>(), v => v),
        OnnxElementType.Int8 => Convert(tensor.AsSpan<sbyte>(), v => v),
        OnnxElementType.UInt16 => Convert(tensor.AsSpan<ushort>(), v => v),
        OnnxElementType.Int16 => Convert(tensor.AsSpan<short>(), v => v),
        OnnxElementType.Int32 => Convert(tensor.AsSpan<int>(), v => v),
        OnnxElementType.Int64 => Convert(tensor.AsSpan<long>(), v => v),
        var type => throw new OnnxModelException($"The constant '{tensor.Name}' holds {type}, which is no number that weights are made of."),
    };

    private static double[] Convert<T>(ReadOnlySpan<T> values, Func<T, double> toReal)
    {
        double[] real = new double[values.Length];
        for (int i = 0; i < real.Length; i++)
        {
            real[i] = toReal(values[i]);
        }

        return real;
    }

    private static Constant? Transpose(Constant? constant, long[]? order)
        => constant is { Dims.Count: 2 } matrix && order is null or [1, 0] ? matrix.Transposed() : null;

    private OnnxTensor? TensorOf(string value)
        => index.FindInitializer(value) ?? (index.FindProducer(value) is { OpType: "Constant" } node ? node.Attributes.GetTensor("value") : null);

    private Constant? Read(string value, int nodes)
    {
        if (TensorOf(value) is OnnxTensor tensor)
        {
            return new Constant(tensor.Dims, ToReal(tensor));
        }

        if (nodes == 0 || index.FindProducer(value) is not OnnxNode node || node.GetInputOrNull(0) is not string input)
        {
            return null;
        }

        return node.OpType switch
        {
            "Identity" => Read(input, nodes - 1),
            "Transpose" => Transpose(Read(input, nodes - 1), node.Attributes.GetInts("perm")),
            "DequantizeLinear" when node.GetInputOrNull(1) is string scale => Dequantize(input, scale, node.GetInputOrNull(2), (int)node.Attributes.GetInt("axis", 1), nodes - 1),
            _ => null,
        };
    }

    private Constant? Dequantize(string value, string scale, string? zeroPoint, int axis, int nodes)
    {
        if (Read(value, nodes) is not Constant constant || Read(scale, nodes) is not Constant scales)
        {
            return null;
        }

        double[]? zeros = zeroPoint is null ? null : Read(zeroPoint, nodes)?.Values;
        if (zeroPoint is not null && zeros is null)
        {
            return null;
        }

        int count = scales.Values.Length;
        int inner = 1;
        if (count != 1)
        {
            axis = axis < 0 ? axis + constant.Dims.Count : axis;
            if (axis < 0 || axis >= constant.Dims.Count || constant.Dims[axis] != count)
            {
                throw new OnnxModelException($"The constant '{value}' of shape {TensorData.Format(constant.Dims)} has {count} scales along axis {axis}: the model is damaged, or quantized in a way that is not known.");
            }

            inner = (int)constant.Dims.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        }

        double[] real = new double[constant.Values.Length];
        for (int i = 0; i < real.Length; i++)
        {
            int slice = count == 1 ? 0 : i / inner % count;
            double zero = zeros is null or [] ? 0 : zeros[zeros.Length == 1 ? 0 : Math.Min(slice, zeros.Length - 1)];
            real[i] = (constant.Values[i] - zero) * scales.Values[slice];
        }

        return constant with { Values = real };
    }
}
