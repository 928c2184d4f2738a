namespace ResNet.Net.Onnx;

/// <content>Edits of operators beyond those of ResNets: activations, Split and Tile.</content>
internal static partial class NodeEdits
{
    /// <summary>
    /// PRelu 7: the slope is broadcast like in NumPy. It used to have one value per channel, so it gets trailing dimensions of 1.
    /// </summary>
    public static void AlignSlope(OnnxNode node, UpgradeSession session)
    {
        if (node.GetInputOrNull(1) is not string slope)
        {
            session.Reject(node, "it has no second input");
            return;
        }

        if (session.FindConstant(slope) is not OnnxTensor tensor || session.Facts.Rank(node.Inputs[0]) is not int rank)
        {
            session.Reject(node, $"the slope '{slope}' is not constant, or the rank of '{node.Inputs[0]}' is unknown");
            return;
        }

        if (tensor.Length != 1 && rank > 2)
        {
            session.ReplaceByReshaped(node, 1, tensor, [tensor.Length, .. Enumerable.Repeat(1L, rank - 2)]);
            session.Note(node, "slope reshaped to one value per channel");
        }
    }

    /// <summary>Selu 6: the defaults have more digits. The old ones become explicit.</summary>
    public static void KeepSeluConstants(OnnxNode node, UpgradeSession session)
    {
        Drop(node, session, "consumed_inputs");
        foreach ((string name, float value) in new[] { ("alpha", 1.6732f), ("gamma", 1.0507f) })
        {
            if (!node.Attributes.Contains(name))
            {
                node.Attributes.Set(name, value);
                session.Note(node, FormattableString.Invariant($"{name} = {value}"));
            }
        }
    }

    /// <summary>Split 2: the lengths are an attribute only, and the axis has a default, which opset 1 does not define.</summary>
    public static void RequireSplitAxis(OnnxNode node, UpgradeSession session)
    {
        if (node.GetInputOrNull(1) is not null)
        {
            session.Reject(node, "its lengths are an input, which opset 2 doesn't support");
        }
        else if (!node.Attributes.Contains("axis"))
        {
            session.Reject(node, "it has no attribute 'axis', and opset 1 defines no default");
        }
    }

    /// <summary>Split 13: the lengths are an input.</summary>
    public static void MoveSplit(OnnxNode node, UpgradeSession session)
    {
        KeepInputs(node, 1);
        if (node.Attributes.GetInts("split") is long[] lengths)
        {
            node.Inputs.Add(session.AddConstant(node, "split", lengths));
            node.Attributes.Remove("split");
            session.Note(node, "split became an input");
        }
    }

    /// <summary>Tile 6: one number of repeats per dimension, instead of a number and an axis.</summary>
    public static void ReplaceTileAxis(OnnxNode node, UpgradeSession session)
    {
        if (session.Facts.Rank(node.Inputs[0]) is not int rank || NumberOf(node, session, 1) is not double tiles
            || NumberOf(node, session, 2) is not double axis || axis < 0 || axis >= rank)
        {
            session.Reject(node, "its tiles and axis must be constants that fit its input, whose rank must be known");
            return;
        }

        long[] repeats = [.. Enumerable.Repeat(1L, rank)];
        repeats[(int)axis] = (long)tiles;
        KeepInputs(node, 1);
        node.Inputs.Add(session.AddConstant(node, "repeats", repeats));
        session.Note(node, "tiles and axis replaced by repeats");
    }

    private static double? NumberOf(OnnxNode node, UpgradeSession session, int input)
        => node.GetInputOrNull(input) is not string name || session.FindConstant(name) is not { Length: 1 } tensor ? null
            : tensor.ElementType switch
            {
                OnnxElementType.Float => tensor.AsSpan<float>()[0],
                OnnxElementType.Int64 => tensor.AsSpan<long>()[0],
                OnnxElementType.Int32 => tensor.AsSpan<int>()[0],
                _ => null,
            };
}
