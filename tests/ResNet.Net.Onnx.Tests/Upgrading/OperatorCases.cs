namespace ResNet.Net.Onnx.Tests;

/// <summary>Provides cases of operators beyond those of ResNets: activations, other element-wise operators, Split and Tile.</summary>
internal static class OperatorCases
{
    private static readonly float[] X = [0.5f, 2, 1.25f, 3, 0.75f, 4, 1, 2.5f, 0.25f, 1.5f, 3.5f, 0.125f];
    private static readonly float[] Signed = [.. X.Select((v, i) => i % 2 == 0 ? v : -v)];

    public static void AddTo(Dictionary<string, UpgradeCase> cases)
    {
        AddUnary(cases);
        AddBinary(cases);
        AddShaped(cases);
    }

    private static void AddUnary(Dictionary<string, UpgradeCase> cases)
    {
        Unary("Abs", MathF.Abs, consumes: true);
        Unary("Ceil", MathF.Ceiling, consumes: true);
        Unary("Exp", MathF.Exp, consumes: true);
        Unary("Floor", MathF.Floor, consumes: true);
        Unary("Neg", v => -v, consumes: true);
        Unary("Reciprocal", v => 1 / v, consumes: true);
        Unary("Sigmoid", v => 1 / (1 + MathF.Exp(-v)), consumes: true);
        Unary("Tanh", MathF.Tanh, consumes: true);
        Unary("Elu", v => v > 0 ? v : 2 * (MathF.Exp(v) - 1), true, ("alpha", 2f));
        Unary("HardSigmoid", v => Math.Clamp((0.25f * v) + 0.5f, 0, 1), true, ("alpha", 0.25f));
        Unary("LeakyRelu", v => v > 0 ? v : 0.125f * v, true, ("alpha", 0.125f));
        Unary("Selu", v => 1.0507f * (v > 0 ? v : 1.6732f * (MathF.Exp(v) - 1)), consumes: true);
        Unary("Softplus", v => MathF.Log(1 + MathF.Exp(v)), consumes: false);
        Unary("Softsign", v => v / (1 + MathF.Abs(v)), consumes: false);
        foreach (int opset in (int[])[1, 6, 8])
        {
            cases[$"Sqrt {opset}"] = Case(opset, "Sqrt", X, MathF.Sqrt, opset == 1);
            cases[$"Log {opset}"] = Case(opset, "Log", X, MathF.Log, opset == 1);
        }

        cases["Erf 9"] = new(UpgradeCases.Net(9, [3, 4], [3, 4]).Node("Erf", ["x"], ["y"]), [3, 4], Signed);
        cases["Sign 9"] = new(UpgradeCases.Net(9, [3, 4], [3, 4]).Node("Sign", ["x"], ["y"]), [3, 4], Signed);
        cases["ThresholdedRelu 10"] = new(
            UpgradeCases.Net(10, [3, 4], [3, 4]).Node("ThresholdedRelu", ["x"], ["y"], ("alpha", 0.5f)), [3, 4], Signed);

        void Unary(string opType, Func<float, float> function, bool consumes, params (string, object)[] attributes)
        {
            foreach (int opset in (int[])[1, 6, 8])
            {
                cases[$"{opType} {opset}"] = Case(opset, opType, Signed, function, consumes && opset == 1, attributes);
            }
        }
    }

    private static UpgradeCase Case(
        int opset, string opType, float[] x, Func<float, float> function, bool consumes, params (string, object)[] attributes)
    {
        (string, object)[] all = consumes ? [.. attributes, ("consumed_inputs", new long[] { 0 })] : attributes;

        // Where ONNX Runtime runs the original, its result is the reference; Selu's defaults differ between opsets.
        float[]? expected = opset < 7 && (opType != "Selu" || opset == 1) ? [.. x.Select(function)] : null;
        expected ??= opset < 7 ? [.. x.Select(v => 1.0507f * (v > 0 ? v : 1.67326f * (MathF.Exp(v) - 1)))] : null;
        return new(UpgradeCases.Net(opset, [3, 4], [3, 4]).Node(opType, ["x"], ["y"], all), [3, 4], x, expected);
    }

    private static void AddBinary(Dictionary<string, UpgradeCase> cases)
    {
        float[] w = [1, 2, -1, 3];
        cases["Pow 1, last dimension"] = new(UpgradeCases.Net(1, [3, 4], [3, 4]).Weight("w", [4], w)
            .Node("Pow", ["x", "w"], ["y"], ("broadcast", 1)), [3, 4], X, [.. X.Select((v, i) => MathF.Pow(v, w[i % 4]))]);
        cases["Pow 1, axis 0"] = new(UpgradeCases.Net(1, [3, 4], [3, 4]).Weight("w", [3], 1f, 2, -1)
            .Node("Pow", ["x", "w"], ["y"], ("broadcast", 1), ("axis", 0)), [3, 4], X, [.. X.Select((v, i) => MathF.Pow(v, w[i / 4]))]);
        cases["Pow 7"] = new(UpgradeCases.Net(7, [3, 4], [3, 4]).Weight("w", [4], w).Node("Pow", ["x", "w"], ["y"]), [3, 4], X);
        cases["PRelu 1, per channel"] = new(UpgradeCases.Net(1, [1, 3, 2, 2], [1, 3, 2, 2]).Weight("w", [3], 0.5f, 2, 0.25f)
            .Node("PRelu", ["x", "w"], ["y"], ("consumed_inputs", new long[] { 0, 0 })), [1, 3, 2, 2], Signed,
            [.. Signed.Select((v, i) => v > 0 ? v : v * new[] { 0.5f, 2, 0.25f }[i / 4])]);
        cases["PRelu 6, shared"] = new(UpgradeCases.Net(6, [1, 3, 2, 2], [1, 3, 2, 2]).Weight("w", [1], 0.5f)
            .Node("PRelu", ["x", "w"], ["y"]), [1, 3, 2, 2], Signed, [.. Signed.Select(v => v > 0 ? v : v * 0.5f)]);
        cases["PRelu 6, rank 2"] = new(UpgradeCases.Net(6, [3, 4], [3, 4]).Weight("w", [4], 0.5f, 2, 0.25f, 1)
            .Node("PRelu", ["x", "w"], ["y"]), [3, 4], Signed,
            [.. Signed.Select((v, i) => v > 0 ? v : v * new[] { 0.5f, 2, 0.25f, 1 }[i % 4])]);
        cases["PRelu 7"] = new(UpgradeCases.Net(7, [1, 3, 2, 2], [1, 3, 2, 2]).Weight("w", [3, 1, 1], 0.5f, 2, 0.25f)
            .Node("PRelu", ["x", "w"], ["y"]), [1, 3, 2, 2], Signed);
        foreach ((string opType, Func<float, float, float> function) in new (string, Func<float, float, float>)[]
        {
            ("Max", MathF.Max), ("Min", MathF.Min), ("Mean", (a, b) => (a + b) / 2),
        })
        {
            float[] other = [.. X.Reverse()];
            foreach (int opset in (int[])[1, 6])
            {
                (string, object)[] consumed = opset == 1 ? [("consumed_inputs", new long[] { 0, 0 })] : [];
                cases[$"{opType} {opset}"] = new(UpgradeCases.Net(opset, [3, 4], [3, 4]).Weight("w", [3, 4], other)
                    .Node(opType, ["x", "w"], ["y"], consumed), [3, 4], X, [.. X.Zip(other, function)]);
            }

            cases[$"{opType} 8, broadcast"] = new(
                UpgradeCases.Net(8, [3, 4], [3, 4]).Weight("w", [4], w).Node(opType, ["x", "w"], ["y"]), [3, 4], X);
        }
    }

    private static void AddShaped(Dictionary<string, UpgradeCase> cases)
    {
        cases["Split 1"] = new(UpgradeCases.Net(1, [3, 4], [3, 1])
            .Node("Split", ["x"], ["a", "y"], ("axis", 1), ("split", new long[] { 3, 1 })), [3, 4], X, [X[3], X[7], X[11]]);
        cases["Split 2, equal parts"] = new(UpgradeCases.Net(2, [3, 4], [3, 2])
            .Node("Split", ["x"], ["a", "y"], ("axis", 1)), [3, 4], X, [X[2], X[3], X[6], X[7], X[10], X[11]]);
        cases["Split 11"] = new(UpgradeCases.Net(11, [3, 4], [3, 1])
            .Node("Split", ["x"], ["a", "y"], ("axis", -1), ("split", new long[] { 3, 1 })), [3, 4], X);
        cases["Tile 1"] = new(UpgradeCases.Net(1, [3, 4], [3, 8]).Weight("tiles", [1], 2f).Weight("axis", [1], 1f)
            .Node("Tile", ["x", "tiles", "axis"], ["y"]), [3, 4], X,
            [.. X[..4], .. X[..4], .. X[4..8], .. X[4..8], .. X[8..], .. X[8..]]);
        cases["Tile 7"] = new(UpgradeCases.Net(7, [3, 4], [6, 4]).Weight<long>("repeats", [2], 2, 1)
            .Node("Tile", ["x", "repeats"], ["y"]), [3, 4], X);
        cases["Expand 8"] = new(UpgradeCases.Net(8, [3, 1, 4], [3, 2, 4]).Weight<long>("shape", [2], 2, 1)
            .Node("Expand", ["x", "shape"], ["y"]), [3, 1, 4], X);
        float[] scale = [2, 1, 0.5f], bias = [0, 1, -1];
        float[] normalized = [.. X.Select((v, i) => Normalize(X[(i / 4 * 4)..((i / 4 * 4) + 4)], v, scale[i / 4], bias[i / 4]))];
        foreach (int opset in (int[])[1, 6, 7])
        {
            (string, object)[] consumed = opset == 1 ? [("consumed_inputs", new long[] { 0, 0, 0 })] : [];
            cases[$"InstanceNormalization {opset}"] = new(UpgradeCases.Net(opset, [1, 3, 2, 2], [1, 3, 2, 2])
                .Weight("s", [3], 2f, 1, 0.5f).Weight("b", [3], 0f, 1, -1)
                .Node("InstanceNormalization", ["x", "s", "b"], ["y"], [("epsilon", 0.001f), .. consumed]), [1, 3, 2, 2], X, normalized);
        }

        cases["ConvTranspose 7"] = new(UpgradeCases.Net(7, [1, 3, 2, 2], [1, 1, 4, 4]).Weight("w", [3, 1, 2, 2], [.. Signed])
            .Node("ConvTranspose", ["x", "w"], ["y"], ("strides", new long[] { 2, 2 })), [1, 3, 2, 2], X);
        foreach (string opType in (string[])["ReduceMax", "ReduceMin"])
        {
            cases[$"{opType} 7"] = new(UpgradeCases.Net(7, [3, 4], [3])
                .Node(opType, ["x"], ["y"], ("axes", new long[] { 1 }), ("keepdims", 0)), [3, 4], Signed);
        }
    }

    private static float Normalize(float[] values, float value, float scale, float bias)
    {
        float mean = values.Average();
        float variance = values.Average(v => (v - mean) * (v - mean));
        return (scale * (value - mean) / MathF.Sqrt(variance + 0.001f)) + bias;
    }
}
