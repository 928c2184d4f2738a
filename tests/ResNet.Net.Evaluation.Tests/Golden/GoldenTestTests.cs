using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation.Tests;

public class GoldenTestTests
{
    private static readonly ResNetVariant Embedded = ResNetVariant.Cifar10ResNet20;

    // Planes of 1, 2 and 3: scores 1 + 0.5, 2 * 2 - 1, 3 - 2.
    private static readonly byte[] Means = OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 2, 0, 0, 0, 1], [0.5f, -1, -2], [-1, 3, 2, 2]);
    private static readonly float[] Planes = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
    private static readonly float[] Scores = [1.5f, 3, 1];

    [Fact]
    public void Run_ComputedScores_Passes()
    {
        GoldenReport report = GoldenTest.Run(new ModelDefinition(Means) { Name = "means" }, Archive(Planes, Scores), GoldenTolerance.Fp32);

        report.Passed.Should().BeTrue();
        (report.ModelName, report.ExecutionProvider, report.Tolerance).Should().Be(("means", "CPU", GoldenTolerance.Fp32));
        (report.Arithmetic, report.QuantizationStep).Should().Be((null, null));
        report.OnnxRuntimeVersion.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        report.Results.Single().Should().Be(new GoldenResult
        {
            Dataset = "set",
            MaxDifference = 0,
            MaxRelativeDifference = 0,
            Allowed = report.Results[0].Allowed,
            Used = 0,
            Top1Agrees = true,
            Top5Agrees = true,
            Failure = null,
        });
    }

    [Fact]
    public void Run_OneWrongElement_ReportsDifferenceAndIndex()
    {
        GoldenResult result = GoldenTest.Run(
            new ModelDefinition(Means), Archive(Planes, [1.5f, 3, 4]), GoldenTolerance.Fp32).Results.Single();

        result.Passed.Should().BeFalse();
        result.MaxDifference.Should().Be(3);
        result.MaxRelativeDifference.Should().Be(3 / 4.0);
        result.Allowed.Should().BeApproximately((1e-3 * 4) + (1e-4 * 4), 1e-12);
        result.Used.Should().BeApproximately(3 / 0.0044, 1e-6);
        result.Failure.Should().Contain("element 2 of the output is 1 instead of 4").And.Contain("0.0044");
        result.Top1Agrees.Should().BeFalse();
        result.Top5Agrees.Should().BeTrue("there are only three classes");
    }

    [Theory]
    [InlineData(0.0032f, true)]
    [InlineData(-0.0032f, true)]
    [InlineData(0.0034f, false)]
    [InlineData(-0.0034f, false)]
    public void Run_DifferenceNearTheTolerance_IsComparedExactly(float off, bool passes)
    {
        // The tolerance is 1e-3 of the expected value and 1e-4 of the largest one, which are both 3.
        GoldenReport report = GoldenTest.Run(new ModelDefinition(Means), Archive(Planes, [1.5f, 3 + off, 1]), GoldenTolerance.Fp32);

        report.Passed.Should().Be(passes);
        report.Results[0].MaxDifference.Should().BeApproximately(Math.Abs(off), 1e-6);
    }

    [Fact]
    public void Run_OneFailedDataset_FailsTheReport()
    {
        GoldenArchive archive = new([Set("a", Planes, Scores), Set("b", Planes, [0, 0, 0]), Set("c", Planes, Scores)]);

        GoldenReport report = GoldenTest.Run(new ModelDefinition(Means), archive, GoldenTolerance.Fp32);

        report.Passed.Should().BeFalse();
        report.Results.Select(r => (r.Dataset, r.Passed)).Should().Equal(("a", true), ("b", false), ("c", true));
    }

    [Fact]
    public void Run_NonFiniteOutput_Fails()
    {
        byte[] model = new OnnxModelBuilder().Input("x", [1, 3, 2, 2]).Output("y", [1, 3, 2, 2]).Node("Log", ["x"], ["y"]).Build();
        float[] logs = [.. Planes.Select(p => MathF.Log(p))];

        GoldenTest.Run(new ModelDefinition(model), Archive(Planes, logs, [1, 3, 2, 2]), GoldenTolerance.Fp32).Passed.Should().BeTrue();
        foreach (float bad in (float[])[0, -1])
        {
            GoldenResult result = GoldenTest.Run(
                new ModelDefinition(model),
                Archive([bad, .. Planes[1..]], logs, [1, 3, 2, 2]),
                new GoldenTolerance { Relative = 1e30 }).Results.Single();
            result.Passed.Should().BeFalse("no tolerance covers non-finite values");
            result.MaxDifference.Should().Be(double.PositiveInfinity);
        }
    }

    [Fact]
    public void Run_OtherOutputShape_FailsWithBothShapes()
        => GoldenTest.Run(new ModelDefinition(Means), Archive(Planes, Scores, [1, 3, 1, 1]), GoldenTolerance.Fp32).Results.Single()
            .Should().Match<GoldenResult>(r => !r.Passed && r.Failure!.Contains("[1, 3] instead of [1, 3, 1, 1]"));

    [Fact]
    public void Run_OtherInputShape_ThrowsWithBothShapes()
    {
        GoldenArchive archive = new(
            [new GoldenDataset("set", [OnnxTensor.Create("x", [1, 3, 2, 3], new float[18])], [OnnxTensor.Create("y", [1, 3], Scores)])]);

        ((Action)(() => GoldenTest.Run(new ModelDefinition(Means), archive, GoldenTolerance.Fp32)))
            .Should().Throw<ResNetException>().WithMessage("*'image' Float [?, 3, 2, 2]*[1, 3, 2, 3]*test data of this model*");
    }

    [Fact]
    public void Run_UnsuitableData_Throws()
    {
        OnnxTensor x = OnnxTensor.Create("x", [1, 3, 2, 2], Planes);
        OnnxTensor y = OnnxTensor.Create("y", [1, 3], Scores);
        OnnxTensor nan = OnnxTensor.Create<float>("y", [1, 3], [1, float.NaN, 2]);
        OnnxTensor integers = OnnxTensor.Create<int>("y", [1, 3], [1, 2, 3]);
        Action Running(OnnxTensor[] inputs, OnnxTensor[] outputs) => () => GoldenTest.Run(
            new ModelDefinition(Means), new GoldenArchive([new GoldenDataset("set", inputs, outputs)]), GoldenTolerance.Fp32);

        Running([x, x], [y]).Should().Throw<GoldenArchiveException>().WithMessage("*'set' has 2 inputs and 1 outputs*");
        Running([x], []).Should().Throw<GoldenArchiveException>().WithMessage("*1 inputs and 0 outputs*");
        Running([x], [nan]).Should().Throw<GoldenArchiveException>().WithMessage("*expects NaN*");
        Running([x], [integers]).Should().Throw<GoldenArchiveException>().WithMessage("*'y Int32 [1, 3]'*");
    }

    [Fact]
    public void Run_WrongNamesOrOptions_Throws()
    {
        GoldenArchive archive = Archive(Planes, Scores);
        ModelDefinition model = new(Means);

        ((Action)(() => GoldenTest.Run(model with { OutputName = "none" }, archive, GoldenTolerance.Fp32)))
            .Should().Throw<ResNetException>().WithMessage("*no output 'none'*");
        ((Action)(() => GoldenTest.Run(model with { InputName = "none" }, archive, GoldenTolerance.Fp32)))
            .Should().Throw<ResNetException>().WithMessage("*no input 'none'*");
        ((Action)(() => GoldenTest.Run(model, archive, new GoldenTolerance { Relative = -1 })))
            .Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => GoldenTest.Run(model, archive, new GoldenTolerance { Steps = double.NaN })))
            .Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => GoldenTest.Run(model, archive, GoldenTolerance.Fp32, new ResNetClassifierOptions { Threads = 0 })))
            .Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => GoldenTest.Run(new ModelDefinition("/no/such.onnx"), archive, GoldenTolerance.Fp32)))
            .Should().Throw<ModelUnavailableException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RunAsync_EmbeddedModel_AgreesWithOtherKernels(int seed)
    {
        // The unoptimized graph uses other kernels and another summation order.
        (float[] input, float[] logits) = EmbeddedWithoutOptimizations(seed);

        GoldenReport report = await GoldenTest.RunAsync(Embedded, Archive(input, logits, [1, 10], [1, 3, 32, 32]));

        report.Passed.Should().BeTrue(report.Results[0].Failure);
        report.Should().Match<GoldenReport>(r => r.ModelName == Embedded.Id && r.Tolerance == GoldenTolerance.Fp32 && r.Arithmetic == null);
        report.Results[0].MaxDifference.Should().BePositive("other kernels differ in the last bits");
        report.Results[0].MaxRelativeDifference.Should().BeLessThan(1e-5);
        report.Results[0].Top1Agrees.Should().BeTrue();
    }

    [Fact]
    public async Task RunAsync_TamperedOutput_Fails()
    {
        (float[] input, float[] logits) = EmbeddedWithoutOptimizations(seed: 4);
        for (int i = 0; i < logits.Length; i++)
        {
            float[] tampered = [.. logits];
            tampered[i] += 0.01f * logits.Max(Math.Abs);

            GoldenReport report = await GoldenTest.RunAsync(Embedded, Archive(input, tampered, [1, 10], [1, 3, 32, 32]));

            report.Passed.Should().BeFalse();
            report.Results[0].Failure.Should().Contain($"element {i} ");
        }
    }

    [Fact]
    public async Task RunAsync_EmbeddedModelWithoutArchive_Throws()
        => await ((Func<Task>)(() => GoldenTest.RunAsync(Embedded)))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*No test data is published for 'resnet20-cifar10'*");

    [Theory]
    [InlineData("resnet50-v1-12")]
    [InlineData("resnet50-v1-12-int8")]
    public async Task RunAsync_VariantOfTheStore_DownloadsModelAndTestData(string id)
    {
        // A small model with the variant's input and output names stands in for the variant.
        ResNetVariant like = ResNetVariant.Parse(id);
        bool isInt8 = like.Precision == ModelPrecision.Int8;
        byte[] model = isInt8
            ? QuantizedModels.OneLayer(like.InputName, like.OutputName)
            : OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 2, 0, 0, 0, 1], [0.5f, -1, -2], [1, 3, 2, 2], like.InputName, like.OutputName);
        (float[] input, float[] expected, long[] inputShape) = isInt8 ? QuantizedModels.DataOfOneLayer() : (Planes, Scores, [1L, 3, 2, 2]);
        byte[] archive = new TarGzBuilder().Add("m/model.onnx", model)
            .Add("m/test_data_set_0/input_0.pb", OnnxTensor.Create(like.InputName, inputShape, input).Serialize())
            .Add("m/test_data_set_0/output_0.pb", OnnxTensor.Create(like.OutputName, [1, expected.Length], expected).Serialize()).Build();
        using GoldenStore store = new();
        ResNetVariant variant = GoldenStore.VariantOf(model, like) with { TestData = GoldenStore.TestDataOf(archive) };
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            bool isArchive = context.Request.Path.Value!.EndsWith(".tar.gz", StringComparison.Ordinal);
            return TestServer.ServeAsync(context, isArchive ? archive : model);
        });
        List<string> downloads = [];
        Progress progress = new(downloads);

        ResNetClassifierOptions online = new() { Store = store.Open(variant, server) };
        GoldenReport report = await GoldenTest.RunAsync(variant, options: online, progress: progress);
        GoldenReport offline = await GoldenTest.RunAsync(variant, options: new() { Store = store.Open(variant) });

        report.Passed.Should().BeTrue(report.Results[0].Failure);
        report.Results.Single().Dataset.Should().Be("m/test_data_set_0");
        report.QuantizationStep.Should().Be(isInt8 ? QuantizedModels.Step : null);
        report.Tolerance.Should().Be(isInt8 ? GoldenTolerance.Int8 : GoldenTolerance.Fp32);
        report.Arithmetic.HasValue.Should().Be(isInt8);
        offline.Should().BeEquivalentTo(report);
        server.Requests.Select(r => r.Path).Should().Equal($"/{variant.Files[0].Name}", $"/{variant.TestData!.Name}");
        downloads.Distinct().Should().Equal(variant.Files[0].Name, variant.TestData.Name);
    }

    [Fact]
    public void Run_QuantizedModel_ComparesInSteps()
    {
        (float[] input, float[] expected, long[] shape) = QuantizedModels.DataOfOneLayer();
        GoldenReport Run(
            int stepsOff,
            bool vnni = true,
            string precise = "1",
            GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL,
            GoldenTolerance? tolerance = null)
        {
            float[] shifted = [.. expected];
            shifted[1] += stepsOff * QuantizedModels.Step;
            ResNetClassifierOptions options = new()
            {
                ConfigEntries = new Dictionary<string, string> { ["session.x64quantprecision"] = precise },
                Optimization = optimization,
            };
            return GoldenTest.Run(
                new ModelDefinition(QuantizedModels.OneLayer("x", "y")),
                Archive(input, shifted, [1, 4], shape),
                tolerance ?? GoldenTolerance.Int8,
                options,
                vnni);
        }

        GoldenReport exact = Run(0);
        exact.Results[0].MaxDifference.Should().Be(0, "every sum and every step is computed by hand");
        exact.QuantizationStep.Should().Be(QuantizedModels.Step);
        int limit = (int)GoldenTolerance.Int8.Steps;
        Run(limit).Passed.Should().BeTrue();
        Run(-limit).Passed.Should().BeTrue();
        Run(limit + 1).Passed.Should().BeFalse();
        Run(-limit - 1).Passed.Should().BeFalse();
        Run(limit + 1).Results[0].Allowed.Should().BeApproximately(limit * QuantizedModels.Step, 1e-3);

        Run(0).Arithmetic.Should().Be(Int8Arithmetic.DotProduct);
        Int8Arithmetic without = X86Base.IsSupported ? Int8Arithmetic.Saturating : Int8Arithmetic.Widened;
        Run(0, vnni: false).Should().Match<GoldenReport>(r => r.Arithmetic == Int8Arithmetic.Widened && !r.HasInt8DotProduct);
        Run(0, vnni: false, precise: "0").Arithmetic.Should().Be(without);
        Run(0, vnni: false, optimization: GraphOptimizationLevel.ORT_ENABLE_BASIC).Arithmetic
            .Should().Be(without, "the entry has an effect from the extended level");
    }

    [Fact]
    public void Run_ReshapedQuantizedOutput_FindsItsStep()
    {
        (float[] input, float[] expected, long[] shape) = QuantizedModels.DataOfOneLayer();

        GoldenReport report = GoldenTest.Run(
            new ModelDefinition(QuantizedModels.OneLayer("x", "y", flattens: true)),
            Archive(input, expected, [1, 4], shape),
            GoldenTolerance.Int8,
            Precise);

        report.QuantizationStep.Should().Be(QuantizedModels.Step);
        report.Results[0].MaxDifference.Should().Be(0);
    }

    [Theory]
    [InlineData(0.39f, true)]
    [InlineData(0.41f, false)]
    public void Run_StepsOfAnOutputThatIsNotQuantized_ArePartsOfItsRange(float off, bool passes)
    {
        // The expected values go from 1 to 3: 51 steps of 2 / 255 are 0.4.
        GoldenReport report = GoldenTest.Run(
            new ModelDefinition(Means), Archive(Planes, [1.5f + off, 3, 1]), new GoldenTolerance { Steps = 51 });

        report.QuantizationStep.Should().BeNull();
        report.Results[0].Allowed.Should().BeApproximately(0.4, 1e-9);
        report.Passed.Should().Be(passes);
    }

    [Theory]
    [InlineData(true, "1", Int8Arithmetic.DotProduct, 4)]
    [InlineData(true, "0", Int8Arithmetic.DotProduct, 4)]
    [InlineData(false, "1", Int8Arithmetic.Widened, 4)]
    [InlineData(false, "0", Int8Arithmetic.Saturating, 32)]
    public async Task RunAsync_Int8Variant_UsesTheToleranceOfTheProcessor(
        bool vnni, string precise, Int8Arithmetic arithmetic, double steps)
    {
        if (!X86Base.IsSupported && arithmetic == Int8Arithmetic.Saturating)
        {
            (arithmetic, steps) = (Int8Arithmetic.Widened, 4);
        }

        (float[] input, float[] expected, long[] shape) = QuantizedModels.DataOfOneLayer();
        ResNetVariant like = ResNetVariant.ResNet50V1Opset12Int8;
        using GoldenStore store = new();
        byte[] model = QuantizedModels.OneLayer(like.InputName, like.OutputName);
        ResNetVariant variant = GoldenStore.VariantOf(model, like);
        store.Add(variant, variant.Files[0].Name, model);
        ResNetClassifierOptions options = new()
        {
            Store = store.Open(variant),
            ConfigEntries = precise == "1"
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { ["session.x64quantprecision"] = precise },
        };

        foreach ((int off, bool passes) in ((int, bool)[])[((int)steps, true), ((int)steps + 1, false)])
        {
            float[] shifted = [.. expected];
            shifted[0] += off * QuantizedModels.Step;
            GoldenReport report = await GoldenTest.RunAsync(
                variant, Archive(input, shifted, [1, 4], shape), null, options, null, vnni, CancellationToken.None);
            report.Passed.Should().Be(passes);
            report.Should().Match<GoldenReport>(
                r => r.Arithmetic == arithmetic && r.HasInt8DotProduct == vnni && r.Tolerance.Steps == steps);
        }
    }

    [Fact]
    public void Run_QuantizedNetworkWithOtherKernels_IsWithinFourSteps()
    {
        // The expected outputs come from running the QuantizeLinear and DequantizeLinear nodes in float.
        for (int seed = 0; seed < 10; seed++)
        {
            byte[] model = QuantizedModels.Network(seed);
            float[] input = Noise(3 * 32 * 32, seed + 100);
            (float[] expected, long[] shape) = RunPlain(model, "x", input, [1, 3, 32, 32], "y");

            GoldenReport report = GoldenTest.Run(
                new ModelDefinition(model), Archive(input, expected, shape, [1, 3, 32, 32]), GoldenTolerance.Int8, Precise);

            report.QuantizationStep.Should().NotBeNull();
            report.Results[0].Used.Should().BeLessThanOrEqualTo(1, report.Results[0].Failure);
            expected.Distinct().Count().Should().BeGreaterThan(20, "the outputs must use many steps");
            expected[3] += 12 * (float)report.QuantizationStep!.Value;
            expected[7] -= 12 * (float)report.QuantizationStep!.Value;
            GoldenTest.Run(
                new ModelDefinition(model), Archive(input, expected, shape, [1, 3, 32, 32]), GoldenTolerance.Int8, Precise).Passed
                .Should().BeFalse("the expected output was changed");
        }
    }

    [Fact]
    public async Task RunAsync_Canceled_Throws()
        => await ((Func<Task>)(() => GoldenTest.RunAsync(
            Embedded, Archive(Planes, Scores), cancellationToken: new CancellationToken(canceled: true))))
            .Should().ThrowAsync<OperationCanceledException>();

    private static ResNetClassifierOptions Precise { get; } =
        new() { ConfigEntries = new Dictionary<string, string> { ["session.x64quantprecision"] = "1" } };

    private static GoldenArchive Archive(float[] input, float[] output, long[]? outputShape = null, long[]? inputShape = null)
        => new([Set("set", input, output, outputShape, inputShape)]);

    private static GoldenDataset Set(string name, float[] input, float[] output, long[]? outputShape = null, long[]? inputShape = null)
        => new(
            name,
            [OnnxTensor.Create("in", inputShape ?? [1, 3, 2, 2], input)],
            [OnnxTensor.Create("out", outputShape ?? [1, output.Length], output)]);

    private static float[] Noise(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 4) - 2)];
    }

    private static (float[] Input, float[] Logits) EmbeddedWithoutOptimizations(int seed)
    {
        float[] input = Noise(3 * 32 * 32, seed);
        using OrtSession session = ModelContent.Embedded(Embedded).Open(
            new SessionSettings { IntraOpThreads = 1, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
        return (input, RunSession(session, Embedded.InputName, input, [1, 3, 32, 32], Embedded.OutputName).Values);
    }

    private static (float[] Values, long[] Shape) RunPlain(byte[] model, string name, float[] input, long[] shape, string output)
    {
        using OrtSession session = OrtSession.FromMemory(
            model, "plain", new SessionSettings { IntraOpThreads = 1, Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
        return RunSession(session, name, input, shape, output);
    }

    private static (float[] Values, long[] Shape) RunSession(OrtSession session, string name, float[] input, long[] shape, string output)
    {
        using AlignedBuffer buffer = new(input.Length);
        input.CopyTo(buffer.Span);
        using OrtValue tensor = buffer.CreateTensor(shape);
        return session.RunToArray([new NamedTensor(name, tensor)], output);
    }

    private sealed class Progress(List<string> files) : IProgress<ModelDownloadProgress>
    {
        public void Report(ModelDownloadProgress value)
        {
            lock (files)
            {
                files.Add(value.FileName);
            }
        }
    }
}
