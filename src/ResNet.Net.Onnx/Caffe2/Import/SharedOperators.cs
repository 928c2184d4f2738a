namespace ResNet.Net.Onnx;

/// <summary>Imports an operator: writes its nodes and returns its result.</summary>
internal delegate NetworkValue OperatorImport(OperatorReader op);

/// <summary>Imports operators whose results don't depend on the element type of their inputs, and what they share.</summary>
internal static class SharedOperators
{
    /// <summary>Determines the layout in which an operator works.</summary>
    /// <exception cref="OnnxModelException">Its input has another layout.</exception>
    public static bool LayoutOf(OperatorReader op, NetworkValue input)
    {
        bool isNhwc = op.IsNhwc();
        return input.IsNhwc is bool actual && actual != isNhwc && input.Height * input.Width > 1
            ? throw op.Error($"its order is {Name(isNhwc)}, but the blob '{op.Inputs[0]}' is {Name(actual)}")
            : isNhwc;

        static string Name(bool isNhwc) => isNhwc ? "NHWC" : "NCHW";
    }

    /// <exception cref="OnnxModelException">The value has no rows and columns.</exception>
    public static NetworkValue RequireMap(OperatorReader op, NetworkValue value)
        => value.IsFlat ? throw op.Error($"the blob '{op.Inputs[0]}' is a vector, but the operator needs a map") : value;

    /// <exception cref="OnnxModelException">The shapes or layouts differ.</exception>
    public static void RequireEqualShapes(OperatorReader op, NetworkValue first, NetworkValue second)
    {
        bool isEqual = (first.Channels, first.Height, first.Width, first.IsFlat)
            == (second.Channels, second.Height, second.Width, second.IsFlat);
        if (!isEqual || (first.IsNhwc is bool a && second.IsNhwc is bool b && a != b && first.Height * first.Width > 1))
        {
            throw op.Error(isEqual
                ? "its inputs are in different layouts, NCHW and NHWC"
                : $"its inputs have different shapes, {first} and {second}. Check the input shape in the options");
        }
    }

    /// <summary>Finds the layout of a filter: <c>[M, C, kh, kw]</c>, or <c>[M, kh, kw, C]</c> for NHWC.</summary>
    /// <returns>The shape in ONNX, and the number of pixels to transpose; 1 if the channels are already first.</returns>
    public static (long[] Shape, int Area) FilterOf(
        OperatorReader op, FilledBlob filter, NetworkValue input, OperatorWindow window, int groups)
    {
        if (input.Channels % groups != 0)
        {
            throw op.Error($"the {input.Channels} channels of the blob '{op.Inputs[0]}' can't be divided into {groups} groups");
        }

        long channels = input.Channels / groups, height = window.Kernel[0], width = window.Kernel[1];
        long filters = filter.Shape is [long first, ..] ? first : 0;
        bool isNhwc = LayoutOf(op, input);
        long[] last = [filters, height, width, channels], shape = [filters, channels, height, width];
        bool isLast = isNhwc && filter.Shape.SequenceEqual(last);

        // Float networks in NHWC exist with both layouts of filters.
        bool isFirst = (!isNhwc || op.Type == "Conv") && filter.Shape.SequenceEqual(shape);
        return filters > 0 && filters % groups == 0 && (isLast || isFirst)
            ? (shape, isLast ? checked((int)(height * width)) : 1)
            : throw op.Error($"the filter '{filter.Name}' has the shape {TensorData.Format(filter.Shape)} instead of "
                + $"[M, {string.Join(", ", (isNhwc ? last : shape)[1..])}] with M divisible by {groups}. "
                + "Check the channels of the input in the options");
    }

    /// <summary>Finds the weights of a dense layer, <c>[N, K]</c>.</summary>
    /// <returns>The shape in ONNX, and the number of pixels to transpose; 1 if the columns are in the order of ONNX.</returns>
    public static (long[] Shape, int Area) MatrixOf(OperatorReader op, FilledBlob weights, NetworkValue input)
    {
        if (op.Int("axis") is not (null or 1) || op.Int("axis_w") is not (null or 1))
        {
            throw op.Error("the arguments 'axis' and 'axis_w' must be 1");
        }

        long rows = weights.Shape is [long first, ..] ? first : 0;
        bool isNhwc = !input.IsFlat && (input.IsNhwc ?? op.IsNhwc());
        return rows > 0 && weights.Length % rows == 0 && weights.Length / rows == input.Length
            ? ([rows, input.Length], isNhwc ? checked((int)(input.Height * input.Width)) : 1)
            : throw op.Error($"the weights '{weights.Name}' have the shape {TensorData.Format(weights.Shape)}, but the blob "
                + $"'{op.Inputs[0]}' of shape {input} has {input.Length} values. Check the input shape in the options");
    }
}
