namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>The edits that keep a node's meaning when its operator changes; each for the opset that <see cref="KnownOperators"/> says.</summary>
internal static class Adapters
{
    /// <summary>6: which inputs may be overwritten was an attribute, and a hint only.</summary>
    public static void DropConsumedInputs(OnnxNode node, UpgradeWork work) => Drop(node, work, "consumed_inputs");

    /// <summary>
    /// Why a BatchNormalization computes with the batch's own statistics, which inference never wants; null where it does not. Up to opset 6 the attribute is_test says so, whose absence means 0;
    /// yet the same text calls a node of one output test mode, and files are written so. From 7 on the number of outputs says it.
    /// </summary>
    public static string? TrainingOf(OnnxNode node, long opset)
    {
        bool moreOutputs = node.Outputs.Skip(1).Any(o => o.Length > 0);
        return opset >= 7 ? moreOutputs ? "it has more than one output, which means training mode" : null
            : node.Attributes.Contains("is_test") ? node.Attributes.GetInt("is_test", 0) == 0 ? "is_test = 0 means training mode" : null
            : moreOutputs ? "it has more than one output and no is_test, which means training mode" : null;
    }

    /// <summary>BatchNormalization 7: more than one output means training mode, so the others go.</summary>
    public static void DropIsTest(OnnxNode node, UpgradeWork work)
    {
        Drop(node, work, "is_test");
        if (node.Outputs.Skip(1).FirstOrDefault(o => o.Length > 0 && work.IsUsed(o)) is string used)
        {
            work.Refuse(node, $"the output '{used}', a statistic of training, is used");
            return;
        }

        while (node.Outputs.Count > 1)
        {
            node.Outputs.RemoveAt(1);
        }
    }

    /// <summary>BatchNormalization 9: statistics are per channel, always. Those per activation are the same where there is nothing but channels.</summary>
    public static void DropSpatial(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.GetInt("spatial", 1) == 0 && work.Facts.Rank(node.Inputs[0]) != 2)
        {
            work.Refuse(node, "spatial = 0, statistics for every activation, cannot be said from opset 9 on");
            return;
        }

        Drop(node, work, "spatial");
    }

    /// <summary>Dropout: at inference it gives what it takes.</summary>
    public static void RemoveDropout(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.Contains("is_test") && node.Attributes.GetInt("is_test", 0) == 0)
        {
            work.Refuse(node, "is_test = 0 means training mode");
        }
        else if (node.GetInputOrNull(2) is string mode && !(work.Constant(mode) is { ElementType: OnnxElementType.Bool, Length: 1 } tensor && !tensor.AsSpan<bool>()[0]))
        {
            work.Refuse(node, $"training_mode, '{mode}', is not the constant false");
        }
        else if (node.Outputs.Count > 1 && node.Outputs[1].Length > 0 && work.IsUsed(node.Outputs[1]))
        {
            work.Refuse(node, $"the mask '{node.Outputs[1]}' is used");
        }
        else
        {
            work.Note(node, "removed");
            work.Remove(node);
        }
    }

    /// <summary>
    /// Add, Sub, Mul, Div 7: the second input was laid along the first one's dimensions from an axis on, or along the last ones; now as NumPy does, along the last ones. So it gets dimensions of 1 behind.
    /// </summary>
    public static void ReplaceBroadcast(OnnxNode node, UpgradeWork work)
    {
        bool broadcast = node.Attributes.GetInt("broadcast", 0) != 0;
        long? axis = broadcast && node.Attributes.Contains("axis") ? node.Attributes.GetInt("axis", 0) : null;
        if (node.GetInputOrNull(1) is null)
        {
            work.Refuse(node, "it has no second input");
            return;
        }

        Drop(node, work, "broadcast");
        Drop(node, work, "axis");
        (string a, string b) = (node.Inputs[0], node.Inputs[1]);
        if (!broadcast)
        {
            return;
        }

        (int? rankOfA, int? rankOfB) = (work.Facts.Rank(a), work.Facts.Rank(b));
        OnnxTensor? constant = work.Constant(b);
        if (constant?.Length == 1)
        {
            if (rankOfB > 1)
            {
                work.ReplaceByReshaped(node, 1, constant, []); // one number, and more dimensions perhaps than the first input has
            }

            return;
        }

        if (axis is null)
        {
            if (rankOfB > rankOfA)
            {
                work.Refuse(node, $"'{b}' has more dimensions than '{a}', along which it is laid");
            }

            return;
        }

        if (rankOfA is null || rankOfB is null)
        {
            work.Refuse(node, $"'{b}' is laid along '{a}' from axis {axis} on, and the rank of '{(rankOfA is null ? a : b)}' is not known; declare its shape among the graph's value infos");
            return;
        }

        long behind = axis.Value is >= 0 and <= int.MaxValue ? rankOfA.Value - axis.Value - rankOfB.Value : -1;
        if (behind < 0)
        {
            work.Refuse(node, $"axis = {axis} does not lay the {rankOfB} dimensions of '{b}' along the {rankOfA} of '{a}'");
        }
        else if (behind > 0 && constant is not null)
        {
            work.ReplaceByReshaped(node, 1, constant, [.. constant.Dims, .. Enumerable.Repeat(1L, (int)behind)]);
        }
        else if (behind > 0)
        {
            OnnxNode unsqueeze = new("Unsqueeze", [b], [work.NameFor(node, "unsqueezed")]);
            unsqueeze.Attributes.Set("axes", [.. Enumerable.Range(rankOfB.Value, (int)behind).Select(i => (long)i)]);
            work.InsertBefore(node, unsqueeze);
            node.Inputs[1] = unsqueeze.Outputs[0];
        }
    }

    /// <summary>Gemm 7: C is broadcast as NumPy does, which is how it was laid along the last dimensions before.</summary>
    public static void DropGemmBroadcast(OnnxNode node, UpgradeWork work) => Drop(node, work, "broadcast");

    /// <summary>Cast 6: the type was a name, and is a number.</summary>
    public static void NumberCastType(OnnxNode node, UpgradeWork work)
    {
        if (CastType(node) is not OnnxElementType type)
        {
            work.Refuse(node, "its attribute 'to' names no element type");
            return;
        }

        work.Note(node, $"to = {(int)type}");
        node.Attributes.Set("to", (long)type);
    }

    /// <summary>The type that a Cast gives, said by name (up to opset 5) or number; null where it says none.</summary>
    public static OnnxElementType? CastType(OnnxNode node)
    {
        OnnxElementType type;
        if (node.Proto.Attribute.FirstOrDefault(a => a.Name == "to") is { HasS: true })
        {
            string name = node.Attributes.GetString("to", string.Empty);
            type = Array.Find(Enum.GetValues<OnnxElementType>(), t => string.Equals(t.ToString(), name, StringComparison.OrdinalIgnoreCase));
        }
        else
        {
            type = (OnnxElementType)Math.Clamp(node.Attributes.GetInt("to", 0), -1, int.MaxValue);
        }

        return Enum.IsDefined(type) && type != OnnxElementType.Undefined ? type : null;
    }

    /// <summary>Concat 4: the axis, 1 unless said otherwise, must be said.</summary>
    public static void NameConcatAxis(OnnxNode node, UpgradeWork work)
    {
        if (!node.Attributes.Contains("axis"))
        {
            node.Attributes.Set("axis", 1);
            work.Note(node, "axis = 1");
        }
    }

    /// <summary>Pad 2: 'paddings' is called 'pads'.</summary>
    public static void RenamePaddings(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.GetInts("paddings") is not long[] pads)
        {
            work.Refuse(node, "it has no attribute 'paddings'");
            return;
        }

        node.Attributes.Remove("paddings");
        node.Attributes.Set("pads", pads);
        work.Note(node, "paddings renamed to pads");
    }

    /// <summary>Pad 11: pads and value are inputs.</summary>
    public static void MovePads(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.GetInts("pads") is not long[] pads)
        {
            work.Refuse(node, "it has no attribute 'pads'");
            return;
        }

        float value = node.Attributes.GetFloat("value", 0);
        string? constant = null;
        if (BitConverter.SingleToUInt32Bits(value) != 0 && (constant = ScalarLike(node, work, "value", value)) is null)
        {
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(work.AddConstant(node, "pads", pads));
        if (constant is not null)
        {
            node.Inputs.Add(constant);
        }

        node.Attributes.Remove("pads");
        node.Attributes.Remove("value");
        work.Note(node, "pads and value became inputs");
    }

    /// <summary>Clip 11: min and max are inputs.</summary>
    public static void MoveClipLimits(OnnxNode node, UpgradeWork work)
    {
        KeepInputs(node, 1);
        foreach (string limit in (string[])["min", "max"])
        {
            if (!node.Attributes.Contains(limit))
            {
                node.Inputs.Add(string.Empty);
                continue;
            }

            if (ScalarLike(node, work, limit, node.Attributes.GetFloat(limit, 0)) is not string constant)
            {
                return;
            }

            node.Inputs.Add(constant);
            node.Attributes.Remove(limit);
            work.Note(node, $"{limit} became an input");
        }

        while (node.Inputs.Count > 1 && node.Inputs[^1].Length == 0)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }
    }

    /// <summary>Reshape 5: the shape is an input; 0 and -1 in it mean what they did.</summary>
    public static void MoveShape(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.GetInts("shape") is not long[] shape)
        {
            work.Refuse(node, "it has no attribute 'shape'");
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(work.AddConstant(node, "shape", shape));
        node.Attributes.Remove("shape");
        node.Attributes.Remove("consumed_inputs");
        work.Note(node, "shape became an input");
    }

    /// <summary>Slice 10: starts, ends and axes are inputs.</summary>
    public static void MoveSlice(OnnxNode node, UpgradeWork work)
    {
        if (node.Attributes.GetInts("starts") is not long[] starts || node.Attributes.GetInts("ends") is not long[] ends)
        {
            work.Refuse(node, "it has no attributes 'starts' and 'ends'");
            return;
        }

        KeepInputs(node, 1);
        node.Inputs.Add(work.AddConstant(node, "starts", starts));
        node.Inputs.Add(work.AddConstant(node, "ends", ends));
        if (node.Attributes.GetInts("axes") is long[] axes)
        {
            node.Inputs.Add(work.AddConstant(node, "axes", axes));
        }

        foreach (string name in (string[])["starts", "ends", "axes"])
        {
            node.Attributes.Remove(name);
        }

        work.Note(node, "starts, ends and axes became inputs");
    }

    /// <summary>Squeeze, Unsqueeze, ReduceSum 13: the axes are an input; none means every one, as before.</summary>
    public static void MoveAxes(OnnxNode node, UpgradeWork work)
    {
        long[]? axes = node.Attributes.GetInts("axes");
        if (axes is null && node.OpType == "Unsqueeze")
        {
            work.Refuse(node, "it has no attribute 'axes'");
            return;
        }

        KeepInputs(node, 1);
        if (axes is { Length: > 0 } || (axes is not null && node.OpType == "Unsqueeze"))
        {
            node.Inputs.Add(work.AddConstant(node, "axes", axes));
            work.Note(node, "axes became an input");
        }

        node.Attributes.Remove("axes");
    }

    /// <summary>Softmax, LogSoftmax 13: they worked on all dimensions from the axis on (1 unless said otherwise), laid out flat, and work on one.</summary>
    public static void UnflattenSoftmax(OnnxNode node, UpgradeWork work)
    {
        long axis = node.Attributes.GetInt("axis", 1);
        int? rank = work.Facts.Rank(node.Inputs[0]);
        if (axis >= rank || axis < -rank)
        {
            work.Refuse(node, $"axis = {axis}, but its input has the rank {rank}");
            return;
        }

        bool last = axis == -1 || axis == rank - 1;
        node.Attributes.Set("axis", -1);
        if (last)
        {
            work.Note(node, "axis = -1, the only dimension that the old axis took in");
            return;
        }

        // The input's shape may be known only when the model runs, so it is read from there.
        (string input, string output) = (node.Inputs[0], node.Outputs[0]);
        OnnxNode flatten = new("Flatten", [input], [work.NameFor(node, "flat")]);
        flatten.Attributes.Set("axis", axis);
        OnnxNode shape = new("Shape", [input], [work.NameFor(node, "shape")]);
        string flat = work.NameFor(node, "flat_result");
        OnnxNode reshape = new("Reshape", [flat, shape.Outputs[0]], [output]);
        node.Inputs[0] = flatten.Outputs[0];
        node.Outputs[0] = flat;
        work.InsertBefore(node, flatten, shape);
        work.InsertAfter(node, reshape);
        work.Note(node, $"flattened from axis {axis} on before, and given its shape back after");
    }

    private static void Drop(OnnxNode node, UpgradeWork work, string attribute)
    {
        if (node.Attributes.Remove(attribute))
        {
            work.Note(node, $"{attribute} dropped");
        }
    }

    private static string? ScalarLike(OnnxNode node, UpgradeWork work, string role, float value)
    {
        OnnxElementType type = work.Facts.Type(node.Inputs[0]);
        string? constant = work.AddScalar(node, role, type, value);
        if (constant is null)
        {
            work.Refuse(node, $"{role} becomes an input of the type of '{node.Inputs[0]}', which is {(type == OnnxElementType.Undefined ? "not known; declare it among the graph's value infos" : type)}");
        }

        return constant;
    }

    /// <summary>Inputs that the old form did not have must not stand where the new ones come.</summary>
    private static void KeepInputs(OnnxNode node, int count)
    {
        while (node.Inputs.Count > count)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }
    }
}
