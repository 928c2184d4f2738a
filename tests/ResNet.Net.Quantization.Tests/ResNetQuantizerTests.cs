using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

public class ResNetQuantizerTests
{
    [Fact]
    public void Quantize_OneAndManyThreads_GiveTheSameBytes()
    {
        byte[] one = ResNetQuantizer.Quantize(EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Threads = 1, SqnrImages = 0 }).Model.ToArray();
        byte[] many = ResNetQuantizer.Quantize(EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Threads = 3, SqnrImages = 0 }).Model.ToArray();

        many.Should().Equal(one);
    }

    [Fact]
    public void Quantize_AnyModel_DoesNotChangeIt()
    {
        OnnxModel model = SmallNetworks.PreActivation();
        byte[] before = model.ToArray();

        ResNetQuantizer.Quantize(model, SmallNetworks.Calibration());

        model.ToArray().Should().Equal(before);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.MovingAverage)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.L2)]
    public void Quantize_EveryCalibrator_KeepsTheAnswersOnTheSamplePictures(CalibrationMethod method)
    {
        OnnxModel quantized = ResNetQuantizer.Quantize(EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Calibration = method, SqnrImages = 0 }).Model;

        for (int i = 0; i < EmbeddedModel.Images.Count; i++)
        {
            Best(Runs.Scores(quantized, EmbeddedModel.Image(i), EmbeddedModel.Size)).Should().Be(Best(Runs.Scores(EmbeddedModel.Float, EmbeddedModel.Image(i), EmbeddedModel.Size)));
        }
    }

    [Fact]
    public void Quantize_QuantizedModel_IsRefused()
        => Quantizing(EmbeddedModel.Of(QuantizationFormat.QOperator).Model, EmbeddedModel.Images).Should().Throw<QuantizationException>().WithMessage("*quantized already*QuantizeLinear*");

    [Fact]
    public void Quantize_UnknownOperator_IsRefusedByName()
    {
        OnnxModel model = SmallNetworks.Residual();
        model.Graph.Nodes.Single(n => n.OpType == "GlobalAveragePool").OpType = "LpPool";

        Quantizing(model).Should().Throw<QuantizationException>().WithMessage("*'g_node' (LpPool)*Supported are*");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Quantize_WeightThatIsNotFinite_IsRefusedByNameAndPlace(float value)
    {
        OnnxModel model = SmallNetworks.Residual();
        Replace(model, "c1_weight", 5, value);

        Quantizing(model).Should().Throw<QuantizationException>().WithMessage("*c1_weight*element 5*");
    }

    [Fact]
    public void Quantize_DeadLayer_IsRefusedByTheNameOfItsActivation()
    {
        OnnxModel model = SmallNetworks.Residual();
        int index = model.Graph.Initializers.IndexOf(model.Graph.FindInitializer("n1_gamma")!);
        model.Graph.Initializers[index] = OnnxTensor.Create<float>("n1_gamma", [12], new float[12]);
        index = model.Graph.Initializers.IndexOf(model.Graph.FindInitializer("n1_beta")!);
        model.Graph.Initializers[index] = OnnxTensor.Create<float>("n1_beta", [12], [.. Enumerable.Repeat(-1f, 12)]);

        Quantizing(model).Should().Throw<QuantizationException>().WithMessage("*'r1' is 0 everywhere*12 calibration images*");
    }

    [Fact]
    public void Quantize_PicturesOfAnotherSize_IsRefusedWithBothShapes()
    {
        OnnxModel model = SmallNetworks.Residual();
        CalibrationSet images = CalibrationSet.FromTensors([new float[3 * 20 * 20]], 20, 20);

        Quantizing(model, images).Should().Throw<QuantizationException>().WithMessage("*x Float [N, 3, 16, 16]*[N, 3, 20, 20]*");
    }

    [Fact]
    public void Quantize_UnknownFloatLayer_NamesTheLayersThereAre()
        => Quantizing(SmallNetworks.Residual(), options: new QuantizationOptions { FloatLayers = ["nobody"] }).Should().Throw<ArgumentException>().WithMessage("*nobody*c0_node*");

    [Fact]
    public void Quantize_WithoutPictures_IsRefused()
        => ((Action)(() => CalibrationSet.FromFiles([], PreprocessingProfile.Cifar10))).Should().Throw<ArgumentException>().WithMessage("*no images*");

    [Fact]
    public void Quantize_PictureThatCannotBeDecoded_IsNamed()
    {
        using TemporaryFolder folder = new();
        CalibrationSet images = CalibrationSet.FromFiles([folder.Write("broken.png", "no image")], PreprocessingProfile.Cifar10);

        Quantizing(EmbeddedModel.Float, images).Should().Throw<QuantizationException>().WithMessage("*broken.png*");
    }

    [Fact]
    public void Quantize_Cancelled_Ends()
    {
        using CancellationTokenSource source = new();
        Cancelling progress = new(source);

        ((Action)(() => ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), null, progress, source.Token))).Should().Throw<OperationCanceledException>();
        progress.Calibrated.Should().Be(3);
    }

    public static TheoryData<string> Contradictions => new("percentile", "bins", "weight", "threads", "noise", "int8", "tuning");

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Quantize_OptionOutOfRange_IsAnArgumentError(string what)
    {
        QuantizationOptions options = what switch
        {
            "percentile" => new() { Percentile = 50 },
            "bins" => new() { HistogramBins = 128 },
            "weight" => new() { MovingAverageWeight = double.NaN },
            "threads" => new() { Threads = 0 },
            "noise" => new() { SqnrImages = -1 },
            "int8" => new() { ActivationType = ActivationType.Int8, Format = QuantizationFormat.QOperator },
            _ => new() { SqnrImages = 0, Tuning = new AccuracyTuning { Measure = (_, _) => throw new InvalidOperationException() } },
        };

        Quantizing(SmallNetworks.Residual(), options: options).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Quantize_CriterionFails_ReturnsTheNoisiestLayersToFloatOneByOne()
    {
        int models = 0;
        AccuracyTuning tuning = new()
        {
            // The float model, then one that holds only with three layers in float.
            Measure = (_, _) => new ModelAccuracy([1, 2], models++ == 0 ? 80 : models < 5 ? 70 : 79.5, 95),
            Criterion = AccuracyCriterion.Default,
        };

        QuantizationReport report = ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { Tuning = tuning }).Report;

        string[] worst = [.. report.Layers.OrderBy(l => l.Sqnr).Take(3).Select(l => l.Name)];
        report.CriterionHolds.Should().BeTrue();
        report.Trials.Select(t => t.LastFallback).Should().Equal(null, worst[0], worst[1], worst[2]);
        report.Trials.Select(t => t.FloatLayers).Should().Equal(0, 1, 2, 3);
        report.Trials[0].Loss.Should().BeApproximately(12.5, 1e-9);
        report.Layers.Where(l => !l.IsQuantized).Select(l => l.Name).Should().BeEquivalentTo(worst);
    }

    [Fact]
    public void Quantize_RealCriterion_ReachesAgreementByFallingBack()
    {
        ReadOnlyMemory<float>[] images = SmallNetworks.Images(40, seed: 77);
        AccuracyTuning tuning = new()
        {
            Measure = (bytes, _) =>
            {
                OnnxModel model = OnnxModel.Parse(bytes.Span);
                return new ModelAccuracy([.. images.Select(p => Best(Runs.Scores(model, p)))], top1: null);
            },
            Criterion = new AccuracyCriterion(AccuracyMeasure.Disagreement, 0),
        };

        // Far too dim, so that all that is bright is clipped.
        CalibrationSet dim = CalibrationSet.FromTensors([.. SmallNetworks.Images(2).Select(p => new ReadOnlyMemory<float>([.. p.ToArray().Select(v => v / 10)]))], SmallNetworks.Size, SmallNetworks.Size);
        QuantizationReport report = ResNetQuantizer.Quantize(SmallNetworks.Residual(), dim, new QuantizationOptions { Tuning = tuning }).Report;

        report.Trials.Should().HaveCountGreaterThan(1);
        report.CriterionHolds.Should().BeTrue();
        report.Trials[^1].Loss.Should().Be(0);
        report.Trials.SkipLast(1).Should().OnlyContain(t => t.Loss > 0);
    }

    [Fact]
    public void Quantize_MaxFloatLayersReached_SaysThatTheCriterionDoesNotHold()
    {
        int models = 0;
        AccuracyTuning tuning = new() { Measure = (_, _) => new ModelAccuracy([1], models++ == 0 ? 80 : 10), MaxFloatLayers = 2 };

        QuantizationReport report = ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { Tuning = tuning }).Report;

        report.CriterionHolds.Should().BeFalse();
        report.Trials.Should().HaveCount(3);
        report.ToText().Should().Contain("DOES NOT HOLD");
    }

    [Fact]
    public void Quantize_UnlabelledPicturesForADrop_IsRefusedBeforeCalibration()
    {
        List<QuantizationStage> stages = [];
        AccuracyTuning tuning = new() { Measure = (_, _) => new ModelAccuracy([1], top1: null) };

        ((Action)(() => ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { Tuning = tuning }, new Recording(stages))))
            .Should().Throw<ArgumentException>().WithMessage("*labels*Disagreement*");
        stages.Should().NotContain(QuantizationStage.Calibrating);
    }

    [Fact]
    public void Quantize_UnfoldedBatchNormalization_IsDepthwiseOrFloatAsAsked()
    {
        QuantizationResult depthwise = ResNetQuantizer.Quantize(SmallNetworks.PreActivation(), SmallNetworks.Calibration());
        QuantizationResult inFloat = ResNetQuantizer.Quantize(SmallNetworks.PreActivation(), SmallNetworks.Calibration(), new QuantizationOptions { UnfoldedBatchNormalization = UnfoldedBatchNormalization.Float });

        // That of the input stays in any case.
        depthwise.Model.Graph.Nodes.Count(n => n.OpType == "BatchNormalization").Should().Be(1);
        inFloat.Model.Graph.Nodes.Count(n => n.OpType == "BatchNormalization").Should().Be(4);
        depthwise.Report.Layers.Should().HaveCount(inFloat.Report.Layers.Count + 3);
    }

    [Theory]
    [InlineData("resnet18-v1-7")]
    [InlineData("resnet18-v2-7")]
    public void Quantize_TwinOfTheZoo_GivesNearlyTheFloatScores(string id)
    {
        const int Size = 224;
        OnnxModel twin = ZooModels.Build(id, seed: 1);
        Random random = new(5);
        ReadOnlyMemory<float>[] images = [.. Enumerable.Range(0, 2).Select(_ => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 3 * Size * Size).Select(_ => (random.NextSingle() * 4) - 2)]))];

        QuantizationResult result = ResNetQuantizer.Quantize(twin, CalibrationSet.FromTensors(images, Size, Size), new QuantizationOptions { SqnrImages = 1 });

        result.Report.Layers.Should().OnlyContain(l => l.IsQuantized && l.Sqnr > 20);
        result.Report.QuantizedBytes.Should().BeLessThan(result.Report.FloatBytes * 27 / 100);
        Runs.Sqnr(Runs.Scores(twin, images[0], Size), Runs.Scores(result.Model, images[0], Size)).Should().BeGreaterThan(15);
    }

    private static Action Quantizing(OnnxModel model, CalibrationSet? images = null, QuantizationOptions? options = null)
        => () => ResNetQuantizer.Quantize(model, images ?? SmallNetworks.Calibration(), options);

    private static int Best(float[] scores) => Array.IndexOf(scores, scores.Max());

    private static void Replace(OnnxModel model, string name, int element, float value)
    {
        OnnxTensor tensor = model.Graph.FindInitializer(name)!;
        float[] values = tensor.ToArray<float>();
        values[element] = value;
        model.Graph.Initializers[model.Graph.Initializers.IndexOf(tensor)] = OnnxTensor.Create<float>(name, [.. tensor.Dims], values);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<QuantizationProgress>
    {
        public int Calibrated { get; private set; }

        public void Report(QuantizationProgress value)
        {
            if (value.Stage == QuantizationStage.Calibrating && (Calibrated = value.Done) == 3)
            {
                source.Cancel();
            }
        }
    }

    private sealed class Recording(List<QuantizationStage> stages) : IProgress<QuantizationProgress>
    {
        public void Report(QuantizationProgress value) => stages.Add(value.Stage);
    }
}
