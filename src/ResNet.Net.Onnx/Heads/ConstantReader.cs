namespace ResNet.Net.Onnx;

/// <summary>Represents a constant tensor as double-precision numbers, in row-major order.</summary>
internal sealed record Constant(IReadOnlyList<long> Shape, double[] Values)
{
    /// <summary>Transposes a matrix.</summary>
    public Constant Transposed()
    {
        (int rows, int columns) = ((int)Shape[0], (int)Shape[1]);
        double[] transposed = new double[Values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = Values[(row * columns) + column];
            }
        }

        return new Constant([columns, rows], transposed);
    }

    public Constant Scaled(double factor) => factor == 1 ? this : this with { Values = [.. Values.Select(v => v * factor)] };
}

/// <summary>
/// Reads values that don't depend on the input: initializers, and the results of simple nodes on them. Quantized values are dequantized.
/// </summary>
internal sealed class ConstantReader(OnnxGraphIndex index)
{
    // More nodes than any model has between an initializer and its use.
    private const int MaxNodes = 16;

    // The inputs of a node can be the same value, which is read once for each path to it.
    private const int MaxReads = 64;

    private int _reads;

    /// <summary>Gets the shape of a constant; null if the value is not constant.</summary>
    public IReadOnlyList<long>? ShapeOf(string value)
    {
        for (int i = 0; i < MaxNodes; i++)
        {
            if (TensorOf(value) is OnnxTensor tensor)
            {
                return tensor.Shape;
            }

            if (index.FindProducer(value) is not OnnxNode { OpType: "Identity" or "DequantizeLinear" } node
                || node.GetInputOrNull(0) is not string input)
            {
                return null;
            }

            value = input;
        }

        return null;
    }

    /// <summary>Reads a constant; null if the value is not constant.</summary>
    /// <exception cref="OnnxModelException">The element type or shape is not supported, or too many constants are involved.</exception>
    public Constant? Read(string value)
    {
        _reads = 0;
        return Read(value, MaxNodes);
    }

    /// <summary>Dequantizes a constant.</summary>
    /// <param name="value">The name of the constant integers.</param>
    /// <param name="scale">The name of the constant scale: one number, or one per slice along the axis.</param>
    /// <param name="zeroPoint">The name of the constant zero point, shaped like the scale; null for 0.</param>
    /// <param name="axis">The axis of the scales; counted from the end if negative.</param>
    /// <returns>The constant; null if one of the values is not constant.</returns>
    public Constant? Dequantize(string value, string scale, string? zeroPoint, int axis)
    {
        _reads = 0;
        return Dequantize(value, scale, zeroPoint, axis, MaxNodes);
    }

    /// <exception cref="OnnxModelException">The element type is not numeric, or the values are damaged.</exception>
    public static double[] ToDouble(OnnxTensor tensor) => tensor.ElementType switch
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
        var type => throw new OnnxModelException($"The elements of the constant '{tensor.Name}' are {type}, which weights can't be."),
    };

    private static double[] Convert<T>(ReadOnlySpan<T> values, Func<T, double> toDouble)
    {
        double[] converted = new double[values.Length];
        for (int i = 0; i < converted.Length; i++)
        {
            converted[i] = toDouble(values[i]);
        }

        return converted;
    }

    private static Constant? Transpose(Constant? constant, long[]? order)
        => constant is { Shape.Count: 2 } matrix && order is null or [1, 0] ? matrix.Transposed() : null;

    private OnnxTensor? TensorOf(string value)
        => index.FindInitializer(value)
            ?? (index.FindProducer(value) is OnnxNode node ? ConstantNode.TensorOf(node) : null);

    private Constant? Read(string value, int nodes)
    {
        if (_reads++ == MaxReads)
        {
            throw new OnnxModelException(
                $"More than {MaxReads} constants are combined into one weight, for example '{value}'. The model is damaged.");
        }

        if (TensorOf(value) is OnnxTensor tensor)
        {
            return new Constant(tensor.Shape, ToDouble(tensor));
        }

        if (nodes == 0 || index.FindProducer(value) is not OnnxNode node || node.GetInputOrNull(0) is not string input)
        {
            return null;
        }

        return node.OpType switch
        {
            "Identity" => Read(input, nodes - 1),
            "Transpose" => Transpose(Read(input, nodes - 1), node.Attributes.GetInts("perm")),
            "DequantizeLinear" when node.GetInputOrNull(1) is string scale
                => Dequantize(input, scale, node.GetInputOrNull(2), (int)node.Attributes.GetInt("axis", 1), nodes - 1),
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
            axis = axis < 0 ? axis + constant.Shape.Count : axis;
            if (axis < 0 || axis >= constant.Shape.Count || constant.Shape[axis] != count)
            {
                throw new OnnxModelException(
                    $"The constant '{value}' of shape {TensorData.Format(constant.Shape)} has {count} scales along axis {axis}. "
                    + "The model is damaged or uses an unsupported quantization.");
            }

            inner = (int)constant.Shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        }

        double[] dequantized = new double[constant.Values.Length];
        for (int i = 0; i < dequantized.Length; i++)
        {
            int slice = count == 1 ? 0 : i / inner % count;
            double zero = zeros is null or [] ? 0 : zeros[zeros.Length == 1 ? 0 : Math.Min(slice, zeros.Length - 1)];
            dequantized[i] = (constant.Values[i] - zero) * scales.Values[slice];
        }

        return constant with { Values = dequantized };
    }
}
