namespace ResNet.Net.Onnx;

/// <summary>
/// Provides the edits that preserve a node's meaning when its operator changes. Each summary starts with the opset of the change, as
/// listed in <see cref="KnownOperators"/>.
/// </summary>
internal static partial class NodeEdits
{
    /// <summary>6: the attribute that lists overwritable inputs, which was only a hint, is gone.</summary>
    public static void DropConsumedInputs(OnnxNode node, UpgradeSession session) => Drop(node, session, "consumed_inputs");

    /// <summary>
    /// Describes why a BatchNormalization is in training mode; null if it isn't. Up to opset 6 the attribute is_test decides, and its
    /// default is training. The same specification calls a node with one output test mode, and exporters omit is_test there. From opset 7
    /// on the number of outputs decides.
    /// </summary>
    public static string? TrainingModeOf(OnnxNode node, long opset)
    {
        bool moreOutputs = node.Outputs.Skip(1).Any(o => o.Length > 0);
        return opset >= 7 ? moreOutputs ? "it has more than one output, which means training mode" : null
            : node.Attributes.Contains("is_test") ? node.Attributes.GetInt("is_test", 0) == 0 ? "is_test = 0 means training mode" : null
            : moreOutputs ? "it has more than one output and no is_test, which means training mode" : null;
    }

    /// <summary>BatchNormalization 7: more than one output means training mode, so unused statistics are removed.</summary>
    public static void DropIsTest(OnnxNode node, UpgradeSession session)
    {
        Drop(node, session, "is_test");
        if (node.Outputs.Skip(1).FirstOrDefault(o => o.Length > 0 && session.IsUsed(o)) is string used)
        {
            session.Reject(node, $"the output '{used}', a statistic of training, is used");
            return;
        }

        KeepFirstOutput(node);
    }

    /// <summary>BatchNormalization 9: statistics are always per channel. For rank 2, statistics per activation are the same.</summary>
    public static void DropSpatial(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.GetInt("spatial", 1) == 0 && session.Facts.Rank(node.Inputs[0]) != 2)
        {
            session.Reject(node, "spatial = 0 (statistics per activation) can't be expressed from opset 9 on");
            return;
        }

        Drop(node, session, "spatial");
    }

    /// <summary>Dropout, any: at inference it returns its input.</summary>
    public static void RemoveDropout(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.Contains("is_test") && node.Attributes.GetInt("is_test", 0) == 0)
        {
            session.Reject(node, "is_test = 0 means training mode");
        }
        else if (node.GetInputOrNull(2) is string mode
            && !(session.FindConstant(mode) is { ElementType: OnnxElementType.Bool, Length: 1 } tensor && !tensor.AsSpan<bool>()[0]))
        {
            session.Reject(node, $"its training_mode input '{mode}' is not the constant false");
        }
        else if (node.Outputs.Count > 1 && node.Outputs[1].Length > 0 && session.IsUsed(node.Outputs[1]))
        {
            session.Reject(node, $"the mask '{node.Outputs[1]}' is used");
        }
        else
        {
            session.Note(node, "removed");
            session.Remove(node);
        }
    }

    /// <summary>
    /// Add, Sub, Mul, Div 7: broadcasting follows NumPy. It used to align the second input with the first one's dimensions from an axis on,
    /// so the second input gets trailing dimensions of 1.
    /// </summary>
    public static void ReplaceBroadcast(OnnxNode node, UpgradeSession session)
    {
        bool broadcast = node.Attributes.GetInt("broadcast", 0) != 0;
        long? axis = broadcast && node.Attributes.Contains("axis") ? node.Attributes.GetInt("axis", 0) : null;
        if (node.GetInputOrNull(1) is null)
        {
            session.Reject(node, "it has no second input");
            return;
        }

        Drop(node, session, "broadcast");
        Drop(node, session, "axis");
        (string a, string b) = (node.Inputs[0], node.Inputs[1]);
        if (!broadcast)
        {
            return;
        }

        (int? rankOfA, int? rankOfB) = (session.Facts.Rank(a), session.Facts.Rank(b));
        OnnxTensor? constant = session.FindConstant(b);
        if (constant?.Length == 1)
        {
            if (rankOfB > 1)
            {
                session.ReplaceByReshaped(node, 1, constant, []); // a scalar, because it could have more dimensions than the first input
            }

            return;
        }

        if (axis is null)
        {
            if (rankOfB > rankOfA)
            {
                session.Reject(node, $"'{b}' has more dimensions than '{a}', to which it is broadcast");
            }

            return;
        }

        if (rankOfA is null || rankOfB is null)
        {
            session.Reject(
                node,
                $"'{b}' is broadcast to '{a}' from axis {axis} on, and the rank of '{(rankOfA is null ? a : b)}' is unknown; "
                + "declare its shape in the graph's value infos");
            return;
        }

        long trailing = axis.Value is >= 0 and <= int.MaxValue ? rankOfA.Value - axis.Value - rankOfB.Value : -1;
        if (trailing < 0)
        {
            session.Reject(node, $"axis = {axis} does not fit the {rankOfB} dimensions of '{b}' and the {rankOfA} of '{a}'");
        }
        else if (trailing > 0 && constant is not null)
        {
            session.ReplaceByReshaped(node, 1, constant, [.. constant.Shape, .. Enumerable.Repeat(1L, (int)trailing)]);
        }
        else if (trailing > 0)
        {
            OnnxNode unsqueeze = new("Unsqueeze", [b], [session.NameFor(node, "unsqueezed")]);
            unsqueeze.Attributes.Set("axes", [.. Enumerable.Range(rankOfB.Value, (int)trailing).Select(i => (long)i)]);
            session.InsertBefore(node, unsqueeze);
            node.Inputs[1] = unsqueeze.Outputs[0];
        }
    }

    /// <summary>Gemm 7: C is broadcast like in NumPy, which is what the attribute meant.</summary>
    public static void DropGemmBroadcast(OnnxNode node, UpgradeSession session) => Drop(node, session, "broadcast");

    /// <summary>Cast 6: the type is a number instead of a name.</summary>
    public static void NumberCastType(OnnxNode node, UpgradeSession session)
    {
        if (CastType(node) is not OnnxElementType type)
        {
            session.Reject(node, "its attribute 'to' is not an element type");
            return;
        }

        session.Note(node, $"to = {(int)type}");
        node.Attributes.Set("to", (long)type);
    }

    /// <summary>Gets the target type of a Cast, which is a name up to opset 5 and a number since; null if it is invalid.</summary>
    public static OnnxElementType? CastType(OnnxNode node)
    {
        OnnxElementType type;
        if (node.Proto.Attribute.FirstOrDefault(a => a.Name == "to") is { HasS: true })
        {
            string name = node.Attributes.GetString("to", string.Empty);
            type = Array.Find(Enum.GetValues<OnnxElementType>(), t
                => string.Equals(t.ToString(), name, StringComparison.OrdinalIgnoreCase));
        }
        else
        {
            type = (OnnxElementType)Math.Clamp(node.Attributes.GetInt("to", 0), -1, int.MaxValue);
        }

        return Enum.IsDefined(type) && type != OnnxElementType.Undefined ? type : null;
    }

    /// <summary>Concat 4: the axis is required. Its default was 1.</summary>
    public static void NameConcatAxis(OnnxNode node, UpgradeSession session)
    {
        if (!node.Attributes.Contains("axis"))
        {
            node.Attributes.Set("axis", 1);
            session.Note(node, "axis = 1");
        }
    }

    /// <summary>Pad 2: 'paddings' is renamed to 'pads'.</summary>
    public static void RenamePaddings(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.GetInts("paddings") is not long[] pads)
        {
            session.Reject(node, "it has no attribute 'paddings'");
            return;
        }

        node.Attributes.Remove("paddings");
        node.Attributes.Set("pads", pads);
        session.Note(node, "paddings renamed to pads");
    }

    /// <summary>Pad 11: pads and value are inputs.</summary>
    public static void MovePads(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.GetInts("pads") is not long[] pads)
        {
            session.Reject(node, "it has no attribute 'pads'");
            return;
        }

        float value = node.Attributes.GetFloat("value", 0);
        string? constant = null;
        if (BitConverter.SingleToUInt32Bits(value) != 0 && (constant = ScalarLike(node, session, "value", value)) is null)
        {
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(session.AddConstant(node, "pads", pads));
        if (constant is not null)
        {
            node.Inputs.Add(constant);
        }

        node.Attributes.Remove("pads");
        node.Attributes.Remove("value");
        session.Note(node, "pads and value became inputs");
    }

    /// <summary>Clip 11: min and max are inputs.</summary>
    public static void MoveClipLimits(OnnxNode node, UpgradeSession session)
    {
        KeepInputs(node, 1);
        foreach (string limit in (string[])["min", "max"])
        {
            if (!node.Attributes.Contains(limit))
            {
                node.Inputs.Add(string.Empty);
                continue;
            }

            if (ScalarLike(node, session, limit, node.Attributes.GetFloat(limit, 0)) is not string constant)
            {
                return;
            }

            node.Inputs.Add(constant);
            node.Attributes.Remove(limit);
            session.Note(node, $"{limit} became an input");
        }

        while (node.Inputs.Count > 1 && node.Inputs[^1].Length == 0)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }
    }

    /// <summary>Reshape 5: the shape is an input. 0 and -1 keep their meaning.</summary>
    public static void MoveShape(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.GetInts("shape") is not long[] shape)
        {
            session.Reject(node, "it has no attribute 'shape'");
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(session.AddConstant(node, "shape", shape));
        node.Attributes.Remove("shape");
        node.Attributes.Remove("consumed_inputs");
        session.Note(node, "shape became an input");
    }

    /// <summary>Slice 10: starts, ends and axes are inputs.</summary>
    public static void MoveSlice(OnnxNode node, UpgradeSession session)
    {
        if (node.Attributes.GetInts("starts") is not long[] starts || node.Attributes.GetInts("ends") is not long[] ends)
        {
            session.Reject(node, "it has no attributes 'starts' and 'ends'");
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(session.AddConstant(node, "starts", starts));
        node.Inputs.Add(session.AddConstant(node, "ends", ends));
        if (node.Attributes.GetInts("axes") is long[] axes)
        {
            node.Inputs.Add(session.AddConstant(node, "axes", axes));
        }

        foreach (string name in (string[])["starts", "ends", "axes"])
        {
            node.Attributes.Remove(name);
        }

        session.Note(node, "starts, ends and axes became inputs");
    }

    /// <summary>Squeeze, Unsqueeze, ReduceSum 13: the axes are an input. If there are none, all axes are used, as before.</summary>
    public static void MoveAxes(OnnxNode node, UpgradeSession session)
    {
        long[]? axes = node.Attributes.GetInts("axes");
        if (axes is null && node.OpType == "Unsqueeze")
        {
            session.Reject(node, "it has no attribute 'axes'");
            return;
        }

        KeepInputs(node, 1);
        if (axes is { Length: > 0 } || (axes is not null && node.OpType == "Unsqueeze"))
        {
            node.Inputs.Add(session.AddConstant(node, "axes", axes));
            session.Note(node, "axes became an input");
        }

        node.Attributes.Remove("axes");
    }

    /// <summary>Softmax, LogSoftmax 13: they normalize over one axis instead of all flattened axes from 'axis' (1 by default) on.</summary>
    public static void UnflattenSoftmax(OnnxNode node, UpgradeSession session)
    {
        long axis = node.Attributes.GetInt("axis", 1);
        int? rank = session.Facts.Rank(node.Inputs[0]);
        if (axis >= rank || axis < -rank)
        {
            session.Reject(node, $"axis = {axis}, but the rank of its input is {rank}");
            return;
        }

        bool last = axis == -1 || axis == rank - 1;
        node.Attributes.Set("axis", -1);
        if (last)
        {
            session.Note(node, "axis = -1, because the old axis was the last one");
            return;
        }

        // The input's shape may be unknown until the model runs, so a Shape node reads it.
        (string input, string output) = (node.Inputs[0], node.Outputs[0]);
        OnnxNode flatten = new("Flatten", [input], [session.NameFor(node, "flat")]);
        flatten.Attributes.Set("axis", axis);
        OnnxNode shape = new("Shape", [input], [session.NameFor(node, "shape")]);
        string flat = session.NameFor(node, "flat_result");
        OnnxNode reshape = new("Reshape", [flat, shape.Outputs[0]], [output]);
        node.Inputs[0] = flatten.Outputs[0];
        node.Outputs[0] = flat;
        session.InsertBefore(node, flatten, shape);
        session.InsertAfter(node, reshape);
        session.Note(node, $"input flattened from axis {axis} on, and output reshaped");
    }

    private static void Drop(OnnxNode node, UpgradeSession session, string attribute)
    {
        if (node.Attributes.Remove(attribute))
        {
            session.Note(node, $"{attribute} dropped");
        }
    }

    private static string? ScalarLike(OnnxNode node, UpgradeSession session, string role, float value)
    {
        OnnxElementType type = session.Facts.Type(node.Inputs[0]);
        string? constant = session.AddScalar(node, role, type, value);
        if (constant is null)
        {
            string typeText = type == OnnxElementType.Undefined ? "unknown; declare it in the graph's value infos" : $"{type}";
            session.Reject(node, $"{role} becomes an input with the type of '{node.Inputs[0]}', which is {typeText}");
        }

        return constant;
    }

    public static void KeepFirstOutput(OnnxNode node)
    {
        while (node.Outputs.Count > 1)
        {
            node.Outputs.RemoveAt(node.Outputs.Count - 1);
        }
    }

    /// <summary>Removes inputs that the old form did not define, so that new ones can be appended.</summary>
    public static void KeepInputs(OnnxNode node, int count)
    {
        while (node.Inputs.Count > count)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }
    }
}
