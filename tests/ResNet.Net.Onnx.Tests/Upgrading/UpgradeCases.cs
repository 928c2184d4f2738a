namespace ResNet.Net.Onnx.Tests;

/// <summary>Represents a small model of an old opset with the input "x" and the output "y".</summary>
/// <param name="Model">The model.</param>
/// <param name="Shape">The shape of x.</param>
/// <param name="X">The values of x.</param>
/// <param name="Y">
/// The expected values of y, computed by hand below opset 7, which ONNX Runtime no longer runs; null for ONNX Runtime's own result.
/// </param>
internal sealed record UpgradeCase(OnnxModel Model, long[] Shape, float[] X, float[]? Y = null);

internal static class UpgradeCases
{
    private static readonly float[] Ramp24 = [.. Enumerable.Range(0, 24).Select(i => ((i * 7 % 24) - 11) / 4f)];
    private static readonly float[] Ramp12 = Ramp24[..12];
    private static readonly float[] Scale = [1, 2, 0.5f], Bias = [0, -1, 1], Mean = [0.5f, 0, -0.5f], Variance = [1, 4, 0.25f];

    public static IReadOnlyDictionary<string, UpgradeCase> All { get; } = Create();

    private static Dictionary<string, UpgradeCase> Create()
    {
        Dictionary<string, UpgradeCase> cases = [];
        AddArithmetic(cases);
        AddNormalization(cases);
        AddPooling(cases);
        AddShapes(cases);
        AddSoftmax(cases);
        AddQuantized(cases);
        OperatorCases.AddTo(cases);
        return cases;
    }

    private static void AddArithmetic(Dictionary<string, UpgradeCase> cases)
    {
        float[] nine = [1, 0.5f, -1, 2, 0, 3, 0.25f, -2, 1];
        cases["Add 1, equal shapes"] = new(Net(1, [2, 3], [2, 3]).Weight("w", [2, 3], nine[..6])
            .Node("Add", ["x", "w"], ["y"], ("consumed_inputs", new long[] { 0, 0 })), [2, 3],
            Ramp12[..6], [.. Ramp12.Take(6).Zip(nine, (a, b) => a + b)]);
        cases["Mul 1, last dimensions"] = new(
            Net(1, [2, 3], [2, 3]).Weight("w", [3], nine[..3])
                .Node("Mul", ["x", "w"], ["y"], ("broadcast", 1), ("consumed_inputs", new long[] { 0, 0 })),
            [2, 3],
            Ramp12[..6],
            [.. Ramp12.Take(6).Select((v, i) => v * nine[i % 3])]);
        cases["Div 1, equal shapes"] = new(
            Net(1, [4], [4]).Weight("w", [4], 2f, -1, 4, 0.5f)
                .Node("Div", ["x", "w"], ["y"], ("consumed_inputs", new long[] { 0, 0 })),
            [4],
            [1, 2, 3, 4],
            [0.5f, -2, 0.75f, 8]);
        cases["Sub 1, last dimensions"] = new(Net(1, [2, 2, 3], [2, 2, 3]).Weight("w", [3], nine[..3])
            .Node("Sub", ["x", "w"], ["y"], ("broadcast", 1)), [2, 2, 3], Ramp12, [.. Ramp12.Select((v, i) => v - nine[i % 3])]);
        cases["Mul 6, axis 1, constant"] = new(Net(6, [2, 3, 2], [2, 3, 2]).Weight("w", [3], Scale)
            .Node("Mul", ["x", "w"], ["y"], ("broadcast", 1), ("axis", 1)), [2, 3, 2],
            Ramp12, [.. Ramp12.Select((v, i) => v * Scale[i / 2 % 3])]);
        cases["Add 3, axis 1, constant of rank 2"] = new(Net(3, [2, 2, 3, 2], [2, 2, 3, 2]).Weight("w", [2, 3], nine[..6])
            .Node("Add", ["x", "w"], ["y"], ("broadcast", 1), ("axis", 1)), [2, 2, 3, 2],
            Ramp24, [.. Ramp24.Select((v, i) => v + nine[i / 2 % 6])]);
        cases["Mul 6, axis 2 of 4, constant used twice"] = new(
            Net(6, [1, 2, 3, 2], [1, 2, 3, 2]).Weight("w", [3], Scale).Node("Mul", ["x", "w"], ["a"], ("broadcast", 1), ("axis", 2))
                .Node("Add", ["w", "w"], ["twice"]).Node("Add", ["a", "twice"], ["y"], ("broadcast", 1), ("axis", 2)),
            [1, 2, 3, 2],
            Ramp12,
            [.. Ramp12.Select((v, i) => (v + 2) * Scale[i / 2 % 3])]);
        cases["Sub 6, axis 0, computed"] = new(Net(6, [2, 3, 2], [2, 3, 2])
            .Node("ReduceSum", ["x"], ["s"], ("axes", new long[] { 1, 2 }), ("keepdims", 0))
            .Node("Sub", ["x", "s"], ["y"], ("broadcast", 1), ("axis", 0)), [2, 3, 2],
            Ramp12, [.. Ramp12.Select((v, i) => v - Ramp12.Skip(i / 6 * 6).Take(6).Sum())]);
        cases["Div 6, axis at the end"] = new(Net(6, [2, 3, 2], [2, 3, 2]).Weight("w", [3, 2], 1, 2, -1, 4, 0.5f, -2)
            .Node("Div", ["x", "w"], ["y"], ("broadcast", 1), ("axis", 1)), [2, 3, 2],
            Ramp12, [.. Ramp12.Select((v, i) => v / new[] { 1, 2, -1, 4, 0.5f, -2 }[i % 6])]);
        cases["Mul 6, scalar of higher rank"] = new(Net(6, [3], [3]).Weight("w", [1, 1], 2f)
            .Node("Mul", ["x", "w"], ["y"], ("broadcast", 1)), [3], [1, 2, 3], [2, 4, 6]);
        cases["Sum 1"] = new(Net(1, [4], [4]).Weight("w", [4], nine[..4])
            .Node("Sum", ["x", "w", "x"], ["y"], ("consumed_inputs", new long[] { 0, 0, 0 })), [4],
            Ramp12[..4], [.. Ramp12.Take(4).Zip(nine, (a, b) => (2 * a) + b)]);
        cases["Sum 6"] = new(Net(6, [4], [4]).Weight("w", [4], nine[..4]).Node("Sum", ["x", "w"], ["y"]), [4],
            Ramp12[..4], [.. Ramp12.Take(4).Zip(nine, (a, b) => a + b)]);
        foreach (int opset in (int[])[1, 6])
        {
            // y = 0.5 x transpose(w) + 2 c, with w [2, 3].
            float[] y = [.. Enumerable.Range(0, 4)
                .Select(i => (0.5f * Enumerable.Range(0, 3).Sum(k => Ramp12[(i / 2 * 3) + k] * nine[(i % 2 * 3) + k]))
                + (2 * Bias[i % 2]))];
            cases[$"Gemm {opset}"] = new(Net(opset, [2, 3], [2, 2]).Weight("w", [2, 3], nine[..6]).Weight("c", [2], Bias[..2])
                .Node("Gemm", ["x", "w", "c"], ["y"], ("transB", 1), ("broadcast", 1), ("alpha", 0.5f), ("beta", 2f)), [2, 3], Ramp12[..6],
                y);
        }

        cases["Gemm 7"] = new(Net(7, [2, 3], [2, 2]).Weight("w", [3, 2], nine[..6]).Weight("c", [2], Bias[..2])
            .Node("Gemm", ["x", "w", "c"], ["y"]), [2, 3], Ramp12[..6]);
        cases["MatMul 1"] = new(Net(1, [2, 3], [2, 1]).Weight("w", [3, 1], nine[..3]).Node("MatMul", ["x", "w"], ["y"]), [2, 3],
            Ramp12[..6], [.. Enumerable.Range(0, 2).Select(r => Enumerable.Range(0, 3).Sum(k => Ramp12[(r * 3) + k] * nine[k]))]);
        cases["Add 7"] = new(Net(7, [2, 3, 2], [2, 3, 2]).Weight("w", [3, 1], Bias).Node("Add", ["x", "w"], ["y"]), [2, 3, 2], Ramp12);
        cases["Cast 1"] = new(Net(1, [4], [4]).Node("Cast", ["x"], ["i"], ("to", "INT32"))
            .Node("Cast", ["i"], ["y"], ("to", "FLOAT")), [4], [1.75f, -2.5f, 3, 0.5f], [1, -2, 3, 0]);
        cases["Cast 6"] = new(Net(6, [4], [4]).Node("Cast", ["x"], ["i"], ("to", 7))
            .Node("Cast", ["i"], ["y"], ("to", 1)), [4], [1.75f, -2.5f, 3, 0.5f], [1, -2, 3, 0]);
    }

    private static void AddNormalization(Dictionary<string, UpgradeCase> cases)
    {
        float[] normalized = [.. Ramp12.Select((v, i)
            => (Scale[i / 2 % 3] * (v - Mean[i / 2 % 3]) / MathF.Sqrt(Variance[i / 2 % 3] + 0.001f)) + Bias[i / 2 % 3])];
        TestModel Normalize(int opset, string[] outputs, params (string, object)[] attributes) => Net(opset, [2, 3, 2], [2, 3, 2])
            .Weight("s", [3], Scale).Weight("b", [3], Bias).Weight("m", [3], Mean).Weight("v", [3], Variance)
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], outputs, [("epsilon", 0.001f), .. attributes]);
        cases["BatchNormalization 1"] = new(Normalize(1, ["y"], ("consumed_inputs", new long[] { 0, 0, 0, 1, 1 }), ("is_test", 1),
            ("spatial", 1)), [2, 3, 2], Ramp12, normalized);
        cases["BatchNormalization 6"] = new(Normalize(6, ["y"], ("is_test", 1)), [2, 3, 2], Ramp12, normalized);
        cases["BatchNormalization 6, mode by outputs"] = new(Normalize(6, ["y"]), [2, 3, 2], Ramp12, normalized);
        cases["BatchNormalization 6, unused statistics"] = new(Normalize(6, ["y", "m2", "v2", "sm", "sv"], ("is_test", 1)), [2, 3, 2],
            Ramp12, normalized);
        cases["BatchNormalization 7"] = new(Normalize(7, ["y"], ("spatial", 1), ("momentum", 0.5f)), [2, 3, 2], Ramp12, normalized);
        cases["BatchNormalization 7, per activation of rank 2"] = new(
            Net(7, [4, 3], [4, 3]).Weight("s", [3], Scale).Weight("b", [3], Bias).Weight("m", [3], Mean).Weight("v", [3], Variance)
                .Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], ("spatial", 0), ("epsilon", 0.001f)),
            [4, 3],
            Ramp12,
            [.. Ramp12.Select((v, i) => (Scale[i % 3] * (v - Mean[i % 3]) / MathF.Sqrt(Variance[i % 3] + 0.001f)) + Bias[i % 3])]);
        cases["Relu 1"] = new(Net(1, [4], [4])
            .Node("Relu", ["x"], ["y"], ("consumed_inputs", new long[] { 0 })), [4], [-1, 2, 0, 3], [0, 2, 0, 3]);
        cases["Relu 6"] = new(Net(6, [4], [4]).Node("Relu", ["x"], ["y"]), [4], [-1, 2, 0, 3], [0, 2, 0, 3]);
        cases["LRN 1"] = new(Net(1, [1, 3, 1, 1], [1, 3, 1, 1])
            .Node("LRN", ["x"], ["y"], ("size", 3), ("alpha", 0.3f), ("beta", 1f)), [1, 3, 1, 1], [1, 2, 3], [1 / 1.5f, 2 / 2.4f,
            3 / 2.3f]);
        cases["Dropout 1"] = new(Net(1, [4], [4]).Node("Dropout", ["x"], ["d"], ("is_test", 1), ("consumed_inputs", new long[] { 0 }))
            .Node("Relu", ["d"], ["y"]), [4], [-1, 2, 0, 3], [0, 2, 0, 3]);
        cases["Dropout 6, graph output"] = new(Net(6, [4], [4]).Node("Relu", ["x"], ["r"])
            .Node("Dropout", ["r"], ["y", "mask"], ("is_test", 1)), [4], [-1, 2, 0, 3], [0, 2, 0, 3]);
        cases["Dropout 6, mode by default"] = new(Net(6, [4], [4]).Node("Dropout", ["x"], ["d", "mask"])
            .Node("Relu", ["d"], ["y"]), [4], [-1, 2, 0, 3], [0, 2, 0, 3]);
        cases["Dropout 7"] = new(Net(7, [4], [4]).Node("Dropout", ["x"], ["d"], ("ratio", 0.4f))
            .Node("Relu", ["d"], ["y"]), [4], [-1, 2, 0, 3]);
        cases["Dropout 10"] = new(Net(10, [4], [4]).Node("Dropout", ["x"], ["y", "mask"]), [4], [-1, 2, 0, 3]);
        cases["Dropout 12"] = new(Net(12, [4], [4]).Weight("ratio", [], 0.5f).Weight("training", [], false)
            .Node("Dropout", ["x", "ratio", "training"], ["d"], ("seed", 3)).Node("Relu", ["d"], ["y"]), [4], [-1, 2, 0, 3]);
        cases["Clip 1"] = new(Net(1, [4], [4])
            .Node("Clip", ["x"], ["y"], ("min", -1f), ("max", 2f), ("consumed_inputs", new long[] { 0 })), [4], [-3, 1, 2.5f, 9], [-1, 1,
            2, 2]);
        cases["Clip 6, max only"] = new(Net(6, [4], [4]).Node("Clip", ["x"], ["y"], ("max", 2f)), [4], [-3, 1, 2.5f, 9], [-3, 1, 2, 2]);
        cases["Clip 6, min only"] = new(Net(6, [4], [4]).Node("Clip", ["x"], ["y"], ("min", 0f)), [4], [-3, 1, 2.5f, 9], [0, 1, 2.5f, 9]);
        cases["Clip 6, after other operators"] = new(Net(7, [2, 2], [2, 2]).Node("Transpose", ["x"], ["t"])
            .Node("Clip", ["t"], ["y"], ("min", 0f), ("max", 6f)), [2, 2], [-3, 1, 2.5f, 9]);
    }

    private static void AddPooling(Dictionary<string, UpgradeCase> cases)
    {
        float[] Pool(Func<IEnumerable<float>, float> reduce) => [.. Enumerable.Range(0, 4).Select(i => reduce(
            from dy in Enumerable.Range((i / 2 * 2) - 1, 3) from dx in Enumerable.Range((i % 2 * 2) - 1, 3) where dy is >= 0 and < 3
                && dx is >= 0 and < 4 select Ramp12[(dy * 4) + dx]))];
        (string, object)[] window = [("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads",
            new long[] { 1, 1, 1, 1 })];
        cases["MaxPool 1"] = new(Net(1, [1, 1, 3, 4], [1, 1, 2, 2]).Node("MaxPool", ["x"], ["y"], window), [1, 1, 3, 4], Ramp12,
            Pool(w => w.Max()));
        cases["AveragePool 1"] = new(Net(1, [1, 1, 3, 4], [1, 1, 2, 2]).Node("AveragePool", ["x"], ["y"], window), [1, 1, 3, 4], Ramp12,
            Pool(w => w.Average()));
        cases["AveragePool 7"] = new(Net(7, [1, 1, 3, 4], [1, 1, 2, 2])
            .Node("AveragePool", ["x"], ["y"], [.. window, ("count_include_pad", 1)]), [1, 1, 3, 4], Ramp12);
        cases["AveragePool 7, auto_pad"] = new(Net(7, [1, 1, 3, 4], [1, 1, 2, 2])
            .Node("AveragePool", ["x"], ["y"], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("auto_pad", "SAME_UPPER")), [1, 1, 3, 4], Ramp12);
        cases["MaxPool 8"] = new(Net(8, [1, 1, 3, 4], [1, 1, 2, 2])
            .Node("MaxPool", ["x"], ["y", "at"], [.. window, ("storage_order", 0)]), [1, 1, 3, 4], Ramp12);
        cases["MaxPool 10"] = new(Net(10, [1, 1, 3, 4], [1, 1, 1, 2])
            .Node("MaxPool", ["x"], ["y"], ("kernel_shape", new long[] { 2, 2 }), ("dilations", new long[] { 2, 2 }), ("ceil_mode", 1)),
            [1, 1, 3, 4], Ramp12);
        cases["GlobalAveragePool 1"] = new(Net(1, [1, 2, 2, 3], [1, 2, 1, 1]).Node("GlobalAveragePool", ["x"], ["y"]), [1, 2, 2, 3],
            Ramp12, [Ramp12[..6].Average(), Ramp12[6..].Average()]);
        cases["GlobalMaxPool 1"] = new(Net(1, [1, 2, 2, 3], [1, 2, 1, 1]).Node("GlobalMaxPool", ["x"], ["y"]), [1, 2, 2, 3],
            Ramp12, [Ramp12[..6].Max(), Ramp12[6..].Max()]);
        cases["Conv 1"] = new(Net(1, [1, 1, 3, 4], [1, 2, 2, 2])
            .Weight("w", [2, 1, 3, 3], [.. Enumerable.Repeat(1f, 9), .. Enumerable.Repeat(2f, 9)]).Weight("c", [2], 0.5f, -1)
            .Node("Conv", ["x", "w", "c"], ["y"], [.. window, ("group", 1), ("dilations", new long[] { 1, 1 })]),
            [1, 1, 3, 4],
            Ramp12,
            [.. Pool(w => w.Sum() + 0.5f), .. Pool(w => (2 * w.Sum()) - 1)]);
        cases["Pad 1"] = new(Net(1, [2, 2], [3, 4])
            .Node("Pad", ["x"], ["y"], ("paddings", new long[] { 1, 0, 0, 2 })), [2, 2], [1, 2, 3, 4], [0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0,
            0]);
        cases["Pad 2"] = new(Net(2, [2, 2], [2, 3])
            .Node("Pad", ["x"], ["y"], ("pads", new long[] { 0, 1, 0, 0 }), ("value", 1.5f)), [2, 2], [1, 2, 3, 4], [1.5f, 1, 2, 1.5f, 3,
            4]);
        cases["Pad 7, reflect"] = new(Net(7, [2, 3], [2, 5])
            .Node("Pad", ["x"], ["y"], ("pads", new long[] { 0, 2, 0, 0 }), ("mode", "reflect")), [2, 3], Ramp12[..6]);
    }

    private static void AddShapes(Dictionary<string, UpgradeCase> cases)
    {
        cases["Reshape 1"] = new(Net(1, [2, 3, 2], [2, 6])
            .Node("Reshape", ["x"], ["y"], ("shape", new long[] { 0, -1 }), ("consumed_inputs", new long[] { 0 })), [2, 3, 2], Ramp12,
            Ramp12);
        cases["Reshape 4"] = new(Net(4, [2, 6], [3, 4]).Node("Reshape", ["x"], ["y"], ("shape", new long[] { 3, -1 })), [2, 6], Ramp12,
            Ramp12);
        cases["Reshape 5"] = new(Net(5, [2, 6], [3, 4]).Weight("s", [2], 3L, -1L).Node("Reshape", ["x", "s"], ["y"]), [2, 6], Ramp12,
            Ramp12);
        cases["Flatten 1"] = new(Net(1, [2, 3, 2], [2, 6]).Node("Flatten", ["x"], ["y"]), [2, 3, 2], Ramp12, Ramp12);
        cases["Flatten 9"] = new(Net(9, [2, 3, 2], [6, 2]).Node("Flatten", ["x"], ["y"], ("axis", 2)), [2, 3, 2], Ramp12);
        cases["Identity 1"] = new(Net(1, [12], [12]).Node("Identity", ["x"], ["y"]), [12], Ramp12, Ramp12);
        cases["Concat 1"] = new(Net(1, [2, 2], [2, 3]).Weight("w", [2, 1], 7f, 8f)
            .Node("Concat", ["x", "w"], ["y"]), [2, 2], [1, 2, 3, 4], [1, 2, 7, 3, 4, 8]);
        cases["Concat 4"] = new(Net(4, [2, 2], [3, 2]).Weight("w", [1, 2], 7f, 8f)
            .Node("Concat", ["x", "w"], ["y"], ("axis", 0)), [2, 2], [1, 2, 3, 4], [1, 2, 3, 4, 7, 8]);
        cases["Squeeze 1"] = new(Net(1, [1, 4, 1], [4, 1]).Node("Squeeze", ["x"], ["y"], ("axes", new long[] { 0 })), [1, 4, 1],
            Ramp12[..4], Ramp12[..4]);
        cases["Squeeze 7, every axis"] = new(Net(7, [1, 4, 1], [4]).Node("Squeeze", ["x"], ["y"]), [1, 4, 1], Ramp12[..4]);
        cases["Squeeze 11"] = new(Net(11, [1, 4, 1], [1, 4]).Node("Squeeze", ["x"], ["y"], ("axes", new long[] { -1 })), [1, 4, 1],
            Ramp12[..4]);
        cases["Unsqueeze 1"] = new(Net(1, [4], [1, 4, 1]).Node("Unsqueeze", ["x"], ["y"], ("axes", new long[] { 0, 2 })), [4], Ramp12[..4],
            Ramp12[..4]);
        cases["ReduceMean 1"] = new(Net(1, [2, 3, 2], [2, 1, 1])
            .Node("ReduceMean", ["x"], ["y"], ("axes", new long[] { 1, 2 })), [2, 3, 2],
            Ramp12, [Ramp12[..6].Average(), Ramp12[6..].Average()]);
        cases["ReduceSum 1"] = new(Net(1, [2, 3, 2], [2])
            .Node("ReduceSum", ["x"], ["y"], ("axes", new long[] { 1, 2 }), ("keepdims", 0)), [2, 3, 2],
            Ramp12, [Ramp12[..6].Sum(), Ramp12[6..].Sum()]);
        cases["ReduceSum 11, every axis"] = new(Net(11, [2, 3, 2], [1, 1, 1]).Node("ReduceSum", ["x"], ["y"]), [2, 3, 2], Ramp12);
        cases["Constant 1"] = new(Net(1, [3], [3]).Node("Constant", [], ["c"], ("value", OnnxTensor.Create<float>("c", [3], Bias)))
            .Node("Add", ["x", "c"], ["y"]), [3], Scale, [.. Scale.Zip(Bias, (a, b) => a + b)]);
        cases["Constant 12, a number"] = new(Net(12, [3], [3]).Node("Constant", [], ["c"], ("value_float", 2f))
            .Node("Add", ["x", "c"], ["y"]), [3], Scale);
        cases["Transpose 1"] = new(Net(1, [2, 3], [3, 2])
            .Node("Transpose", ["x"], ["y"], ("perm", new long[] { 1, 0 })), [2, 3], [1, 2, 3, 4, 5, 6], [1, 4, 2, 5, 3, 6]);
        cases["Slice 1"] = new(Net(1, [2, 3], [2, 2])
            .Node("Slice", ["x"], ["y"], ("starts", new long[] { -2 }), ("ends", new long[] { int.MaxValue }), ("axes", new long[] { 1 })),
            [2, 3], [1, 2, 3, 4, 5, 6], [2, 3, 5, 6]);
        cases["Slice 7, axes by position"] = new(Net(7, [2, 3], [1, 2])
            .Node("Slice", ["x"], ["y"], ("starts", new long[] { 1, 0 }), ("ends", new long[] { 2, -1 })), [2, 3], [1, 2, 3, 4, 5, 6]);
        cases["Slice 10"] = new(Net(10, [4], [2]).Weight("s", [1], 0L).Weight("e", [1], 4L).Weight("a", [1], 0L).Weight("t", [1], 2L)
            .Node("Slice", ["x", "s", "e", "a", "t"], ["y"]), [4], Ramp12[..4]);
        cases["Shape 1"] = new(Net(1, [2, 3], [2]).Node("Shape", ["x"], ["s"]).Node("Cast", ["s"], ["y"], ("to", "FLOAT")), [2, 3],
            Ramp12[..6], [2, 3]);
        cases["Gather 1"] = new(Net(1, [2, 3], [2, 2]).Weight("i", [2], 2L, 0L)
            .Node("Gather", ["x", "i"], ["y"], ("axis", 1)), [2, 3], [1, 2, 3, 4, 5, 6], [3, 1, 6, 4]);
        cases["ConstantOfShape 9"] = new(Net(9, [2, 3], [2, 3]).Node("Shape", ["x"], ["s"])
            .Node("ConstantOfShape", ["s"], ["c"], ("value", OnnxTensor.Create<float>("v", [1], [2f])))
            .Node("Add", ["x", "c"], ["y"]), [2, 3], Ramp12[..6]);
    }

    private static void AddSoftmax(Dictionary<string, UpgradeCase> cases)
    {
        float[] Flat(int row, bool log) => [.. Ramp24.Select((v, i) =>
        {
            double sum = Ramp24.Skip(i / row * row).Take(row).Sum(o => Math.Exp(o));
            return (float)(log ? v - Math.Log(sum) : Math.Exp(v) / sum);
        })];
        foreach (string op in (string[])["Softmax", "LogSoftmax"])
        {
            bool log = op == "LogSoftmax";
            cases[$"{op} 1, rank 2"] = new(Net(1, [4, 6], [4, 6]).Node(op, ["x"], ["y"]), [4, 6], Ramp24, Flat(6, log));
            cases[$"{op} 1, rank 4, no axis"] = new(Net(1, [2, 3, 2, 2], [2, 3, 2, 2]).Node(op, ["x"], ["y"]), [2, 3, 2, 2], Ramp24,
                Flat(12, log));
            cases[$"{op} 6, rank 3, axis 0"] = new(Net(6, [2, 3, 4], [2, 3, 4]).Node(op, ["x"], ["y"], ("axis", 0)), [2, 3, 4], Ramp24,
                Flat(24, log));
            cases[$"{op} 7, rank 3, axis 2"] = new(Net(7, [2, 3, 4], [2, 3, 4]).Node(op, ["x"], ["y"], ("axis", 2)), [2, 3, 4], Ramp24);
            cases[$"{op} 11, rank 3, axis -2"] = new(Net(11, [2, 3, 4], [2, 3, 4]).Node(op, ["x"], ["y"], ("axis", -2)), [2, 3, 4], Ramp24);
            cases[$"{op} 11, axis -1"] = new(Net(11, [2, 3, 4], [2, 3, 4]).Node(op, ["x"], ["y"], ("axis", -1)), [2, 3, 4], Ramp24);
            cases[$"{op} 1, rank 1, axis 0"] = new(Net(1, [24], [24]).Node(op, ["x"], ["y"], ("axis", 0)), [24], Ramp24, Flat(24, log));
            cases[$"{op} 12, unknown rank"] = new(Net(12, [2, 3, 4], ["a", "b", "c"]).Node("Shape", ["x"], ["s"])
                .Node("Reshape", ["x", "s"], ["r"]).Node(op, ["r"], ["p"]).Node("Relu", ["p"], ["y"]), [2, 3, 4], Ramp24);
        }
    }

    private static void AddQuantized(Dictionary<string, UpgradeCase> cases)
    {
        TestModel Quantized(long[] shape, OnnxDimension[] result) => Net(10, shape, result)
            .Weight("xs", [], 0.05f).Weight("xz", [], (byte)120).Weight("ws", [], 0.02f).Weight("wz", [], (sbyte)0).Weight("ys", [], 0.1f)
                .Weight("yz", [], (byte)100)
            .Node("QuantizeLinear", ["x", "xs", "xz"], ["q"]);
        cases["QuantizeLinear and DequantizeLinear 10"] = new(Quantized([2, 6], [2, 6])
            .Node("DequantizeLinear", ["q", "xs", "xz"], ["y"]), [2, 6], Ramp12);
        cases["QLinearConv 10"] = new(
            Quantized([1, 1, 3, 4], [1, 1, 1, 2])
                .Weight("w", [1, 1, 3, 3], (sbyte)10, (sbyte)-20, (sbyte)30, (sbyte)40, (sbyte)-50, (sbyte)60, (sbyte)7, (sbyte)8,
                (sbyte)-9)
                .Node("QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["c"], ("kernel_shape", new long[] { 3, 3 }))
                    .Node("DequantizeLinear", ["c", "ys", "yz"], ["y"]),
            [1, 1, 3, 4],
            Ramp12);
        cases["QLinearMatMul 10"] = new(
            Quantized([2, 3], [2, 1]).Weight("w", [3, 1], (sbyte)10, (sbyte)-20, (sbyte)30)
                .Node("QLinearMatMul", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["c"])
                    .Node("DequantizeLinear", ["c", "ys", "yz"], ["y"]),
            [2, 3],
            Ramp12[..6]);
        TestModel added = Quantized([2, 6], [2, 6])
            .Node(new OnnxNode("QLinearAdd", ["q", "xs", "xz", "q", "xs", "xz", "ys", "yz"], ["a"], domain: "com.microsoft"))
            .Node("DequantizeLinear", ["a", "ys", "yz"], ["y"]);
        added.Model.SetOpset("com.microsoft", 1);
        cases["QLinearAdd of com.microsoft"] = new(added, [2, 6], Ramp12);
    }

    public static TestModel Net(int opset, long[] input, OnnxDimension[] output)
        => new TestModel(opset).Input("x", [.. input.Select(OnnxDimension.FromInt64)]).Output("y", output);
}
