namespace ResNet.Net.Onnx;

/// <summary>Finds problems of a network or a pair of networks.</summary>
internal static class Caffe2Checker
{
    public static IReadOnlyList<string> Check(Caffe2Net net)
    {
        List<string> problems = [];
        for (int i = 0; i < net.Operators.Count; i++)
        {
            Caffe2Operator op = net.Operators[i];
            string subject = op.Describe(i);
            if (op.Type.Length == 0)
            {
                problems.Add($"{subject} has an empty type");
            }

            if (op.Outputs.Count == 0)
            {
                problems.Add($"{subject} writes nothing");
            }

            foreach (string name in op.Arguments.GroupBy(a => a.Name).Where(g => g.Count() > 1).Select(g => g.Key))
            {
                problems.Add($"{subject} has the argument '{name}' more than once");
            }

            if (CountValues(op) is long values && CheckFill(op, values) is string problem)
            {
                problems.Add($"{subject} {problem}");
            }
        }

        return problems;
    }

    public static IReadOnlyList<string> CheckPair(Caffe2Net init, Caffe2Net predict)
    {
        if (!predict.Operators.Any(o => o.Inputs.Count > 0))
        {
            return init.Operators.Any(o => o.Inputs.Count > 0)
                ? ["the two networks are swapped: the predict network only fills blobs, and the init network computes"]
                : ["the predict network only fills blobs, as an init network does; pass predict_net.pb"];
        }

        if (init.Operators.Count > 0 && init.Operators.All(o => o.Inputs.Count > 0))
        {
            return ["the init network fills no blobs, as a predict network does; pass init_net.pb"];
        }

        List<string> problems = [.. Check(init).Select(p => $"init network: {p}"), .. Check(predict).Select(p => $"predict network: {p}")];
        HashSet<string> written = [.. init.Operators.SelectMany(o => o.Outputs)];
        string? input = null;
        for (int i = 0; i < predict.Operators.Count; i++)
        {
            Caffe2Operator op = predict.Operators[i];
            foreach (string name in op.Inputs.Where(n => !written.Contains(n) && n != input))
            {
                // The first one is the image.
                if (input is not null)
                {
                    problems.Add(
                        $"predict network: {op.Describe(i)} reads '{name}', which no earlier operator writes; pass files of one model");
                }

                input ??= name;
            }

            written.UnionWith(op.Outputs);
        }

        return problems;
    }

    /// <summary>Counts the values of an operator that fills a blob with listed values; null for any other operator.</summary>
    private static long? CountValues(Caffe2Operator op)
    {
        Caffe2Argument? values = op.FindArgument("values");
        return op.Type switch
        {
            "GivenTensorFill" => values?.Floats.Length ?? 0,
            "GivenTensorIntFill" or "GivenTensorInt64Fill" or "GivenTensorBoolFill" or "Int8GivenIntTensorFill" => values?.Ints.Length ?? 0,
            "Int8GivenTensorFill" => values?.Bytes?.Length ?? 0,
            "GivenTensorStringFill" => values?.Strings.Count ?? 0,
            _ => null,
        };
    }

    private static string? CheckFill(Caffe2Operator op, long values)
    {
        if (op.FindArgument("shape") is not Caffe2Argument shape)
        {
            return "has no argument 'shape'";
        }

        long length = 1;
        string text = $"[{string.Join(", ", shape.Ints.ToArray())}]";
        foreach (long dimension in shape.Ints.Span)
        {
            if (dimension < 0)
            {
                return $"has the shape {text} with a negative dimension";
            }

            if (dimension != 0 && length > Array.MaxLength / dimension)
            {
                return $"has the shape {text} with more elements than an array can have";
            }

            length *= dimension;
        }

        return length == values ? null : $"has {values} values, but its shape {text} needs {length}";
    }
}
