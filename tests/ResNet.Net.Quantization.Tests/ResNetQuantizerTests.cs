using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

public class ResNetQuantizerTests
{
    [Fact]
    public void Quantize_AnyNumberOfThreads_GivesTheSameBytes()
    {
        byte[] one = ResNetQuantizer.Quantize(
            EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Threads = 1, SqnrImages = 0 }).Model.ToArray();
        byte[] many = ResNetQuantizer.Quantize(
            EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Threads = 3, SqnrImages = 0 }).Model.ToArray();

        many.Should().Equal(one);
    }

    [Fact]
    public void Quantize_AnyModel_DoesNotModifyIt()
    {
        OnnxModel model = SmallNetworks.PreActivation();
        byte[] before = model.ToArray();

        ResNetQuantizer.Quantize(model, SmallNetworks.Calibration());

        model.ToArray().Should().Equal(before);
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Quantize_ModelWithMetadata_KeepsIt(QuantizationFormat format)
    {
        OnnxModel model = SmallNetworks.PreActivation(); // opset 7, which is upgraded
        LabelSet labels = new("seven", Enumerable.Range(0, SmallNetworks.Classes).Select(i => $"label {i}"));
        new ModelMetadata { Labels = labels, Profile = PreprocessingProfile.Caffe2, OutputKind = OutputKind.Logits }.WriteTo(model);
        model.SetMetadata("names", "{0: 'x'}");

        OnnxModel quantized = ResNetQuantizer.Quantize(
            model, SmallNetworks.Calibration(), new QuantizationOptions { Format = format, SqnrImages = 0 }).Model;

        quantized.Metadata.Where(p => p.Key != "resnet.net.quantization").Should().BeEquivalentTo(model.Metadata);
        ModelMetadata.Read(quantized).Profile.Should().Be(PreprocessingProfile.Caffe2);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.MovingAverage)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.L2)]
    public void Quantize_EveryMethod_KeepsThePredictionsOfTheSampleImages(CalibrationMethod method)
    {
        OnnxModel quantized = ResNetQuantizer.Quantize(
            EmbeddedModel.Float, EmbeddedModel.Images, new QuantizationOptions { Calibration = method, SqnrImages = 0 }).Model;

        for (int i = 0; i < EmbeddedModel.Images.Count; i++)
        {
            Best(Runs.Scores(quantized, EmbeddedModel.Image(i), EmbeddedModel.Size))
                .Should().Be(Best(Runs.Scores(EmbeddedModel.Float, EmbeddedModel.Image(i), EmbeddedModel.Size)));
        }
    }

    [Fact]
    public void Quantize_QuantizedModel_Throws()
        => Quantizing(EmbeddedModel.Of(QuantizationFormat.QOperator).Model, EmbeddedModel.Images)
            .Should().Throw<QuantizationException>().WithMessage("*already quantized*QuantizeLinear*");

    [Fact]
    public void Quantize_UnsupportedOperator_ThrowsWithItsName()
    {
        OnnxModel model = SmallNetworks.Residual();
        model.SetOpset("com.microsoft", 1);
        model.Graph.Nodes.Single(n => n.OpType == "GlobalAveragePool").Domain = "com.microsoft";

        Quantizing(model).Should().Throw<QuantizationException>()
            .WithMessage("The model 'residual' contains node 'g_node' (com.microsoft.GlobalAveragePool). Only operators of ONNX's own*")
            .Which.Message.Length.Should().BeLessThan(300);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Quantize_NonFiniteWeight_ThrowsWithNameAndIndex(float value)
    {
        OnnxModel model = SmallNetworks.Residual();
        Replace(model, "c1_weight", 5, value);

        Quantizing(model).Should().Throw<QuantizationException>().WithMessage("*c1_weight*element 5*");
    }

    [Fact]
    public void Quantize_DeadLayer_ThrowsWithTheNameOfItsActivation()
    {
        OnnxModel model = SmallNetworks.Residual();
        int index = model.Graph.Initializers.IndexOf(model.Graph.FindInitializer("n1_gamma")!);
        model.Graph.Initializers[index] = OnnxTensor.Create<float>("n1_gamma", [12], new float[12]);
        index = model.Graph.Initializers.IndexOf(model.Graph.FindInitializer("n1_beta")!);
        model.Graph.Initializers[index] = OnnxTensor.Create<float>("n1_beta", [12], [.. Enumerable.Repeat(-1f, 12)]);

        Quantizing(model).Should().Throw<QuantizationException>().WithMessage("*'r1' is constant: it is 0 on all 12 calibration images*");
    }

    [Fact]
    public void Quantize_ImagesOfAnotherSize_ThrowsWithBothShapes()
    {
        OnnxModel model = SmallNetworks.Residual();
        CalibrationSet images = CalibrationSet.FromTensors([new float[3 * 20 * 20]], 20, 20);

        Quantizing(model, images).Should().Throw<QuantizationException>().WithMessage("*x Float [N, 3, 16, 16]*[N, 3, 20, 20]*");
    }

    [Fact]
    public void Quantize_UnknownFloatLayer_ThrowsWithTheLayersOfTheModel()
        => Quantizing(SmallNetworks.Residual(), options: new QuantizationOptions { FloatLayers = ["nobody"] })
            .Should().Throw<ArgumentException>().WithMessage("*nobody*c0_node*");

    [Fact]
    public void FromFiles_NoFiles_Throws()
        => ((Action)(() => CalibrationSet.FromFiles([], PreprocessingProfile.Cifar10)))
            .Should().Throw<ArgumentException>().WithMessage("*no images*");

    [Fact]
    public void Quantize_UndecodableImage_ThrowsWithItsName()
    {
        using TemporaryFolder folder = new();
        CalibrationSet images = CalibrationSet.FromFiles([folder.Write("broken.png", "no image")], PreprocessingProfile.Cifar10);

        Quantizing(EmbeddedModel.Float, images).Should().Throw<QuantizationException>().WithMessage("*broken.png*");
    }

    [Fact]
    public void Quantize_Canceled_Throws()
    {
        using CancellationTokenSource source = new();
        Cancelling progress = new(source);

        ((Action)(() => ResNetQuantizer.Quantize(SmallNetworks.Residual(), SmallNetworks.Calibration(), null, progress, source.Token)))
            .Should().Throw<OperationCanceledException>();
        progress.Calibrated.Should().Be(3);
    }

    [Fact]
    public void Quantize_InvalidOption_ThrowsWithItsName()
    {
        (string Name, QuantizationOptions Options)[] invalid =
        [
            ("Percentile", new() { Percentile = 50 }),
            ("HistogramBins", new() { HistogramBins = 128 }),
            ("MovingAverageWeight", new() { MovingAverageWeight = double.NaN }),
            ("Threads", new() { Threads = 0 }),
            ("Threads", new() { Threads = 2049 }),
            ("SqnrImages", new() { SqnrImages = -1 }),
            ("ActivationType", new() { ActivationType = ActivationType.Int8, Format = QuantizationFormat.QOperator }),
            ("SqnrImages", new() { SqnrImages = 0, Tuning = new() { Measure = (_, _) => throw new InvalidOperationException() } }),
        ];

        foreach ((string name, QuantizationOptions options) in invalid)
        {
            Quantizing(SmallNetworks.Residual(), options: options).Should().Throw<ArgumentException>().Which.ParamName.Should().Be(name);
        }
    }

    [Fact]
    public void Quantize_CriterionNotMet_RevertsTheNoisiestLayersToFloat()
    {
        int models = 0;
        AccuracyTuning tuning = new()
        {
            // The float model, then quantized ones; the criterion is met with three layers in float.
            Measure = (_, _) => new ModelAccuracy([1, 2], models++ == 0 ? 80 : models < 5 ? 70 : 79.5, 95),
            Criterion = AccuracyCriterion.Default,
        };

        QuantizationReport report = ResNetQuantizer.Quantize(
            SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { Tuning = tuning }).Report;

        string[] worst = [.. report.Layers.OrderBy(l => l.Sqnr).Take(3).Select(l => l.Name)];
        report.MeetsCriterion.Should().BeTrue();
        report.Trials.Select(t => t.LastFallback).Should().Equal(null, worst[0], worst[1], worst[2]);
        report.Trials.Select(t => t.FloatLayers).Should().Equal(0, 1, 2, 3);
        report.Trials[0].Loss.Should().BeApproximately(12.5, 1e-9);
        report.Layers.Where(l => !l.IsQuantized).Select(l => l.Name).Should().BeEquivalentTo(worst);
    }

    [Fact]
    public void Quantize_DisagreementCriterion_IsMetByRevertingLayers()
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

        // Calibration images that are too dark, so that bright values are clipped.
        CalibrationSet dim = CalibrationSet.FromTensors(
            [.. SmallNetworks.Images(2).Select(p => new ReadOnlyMemory<float>([.. p.ToArray().Select(v => v / 10)]))],
            SmallNetworks.Size,
            SmallNetworks.Size);
        QuantizationReport report = ResNetQuantizer.Quantize(
            SmallNetworks.Residual(), dim, new QuantizationOptions { Tuning = tuning }).Report;

        report.Trials.Should().HaveCountGreaterThan(1);
        report.MeetsCriterion.Should().BeTrue();
        report.Trials[^1].Loss.Should().Be(0);
        report.Trials.SkipLast(1).Should().OnlyContain(t => t.Loss > 0);
    }

    [Fact]
    public void Quantize_MaxFloatLayersReached_ReportsThatTheCriterionIsNotMet()
    {
        int models = 0;
        AccuracyTuning tuning = new() { Measure = (_, _) => new ModelAccuracy([1], models++ == 0 ? 80 : 10), MaxFloatLayers = 2 };

        QuantizationReport report = ResNetQuantizer.Quantize(
            SmallNetworks.Residual(), SmallNetworks.Calibration(), new QuantizationOptions { Tuning = tuning }).Report;

        report.MeetsCriterion.Should().BeFalse();
        report.Trials.Should().HaveCount(3);
        report.ToText().Should().Contain("IS NOT MET");
    }

    [Fact]
    public void Quantize_DropCriterionWithoutLabels_ThrowsBeforeCalibration()
    {
        List<QuantizationStage> stages = [];
        AccuracyTuning tuning = new() { Measure = (_, _) => new ModelAccuracy([1], top1: null) };

        QuantizationOptions options = new() { Tuning = tuning };
        ((Action)(() => ResNetQuantizer.Quantize(
            SmallNetworks.Residual(), SmallNetworks.Calibration(), options, new Recording(stages))))
            .Should().Throw<ArgumentException>().WithMessage("*labels*Disagreement*");
        stages.Should().NotContain(QuantizationStage.Calibrating);
    }

    [Fact]
    public void Quantize_UnfoldedBatchNormalization_IsDepthwiseOrFloat()
    {
        QuantizationResult depthwise = ResNetQuantizer.Quantize(SmallNetworks.PreActivation(), SmallNetworks.Calibration());
        QuantizationResult inFloat = ResNetQuantizer.Quantize(
            SmallNetworks.PreActivation(),
            SmallNetworks.Calibration(),
            new QuantizationOptions { UnfoldedBatchNormalization = UnfoldedBatchNormalization.Float });

        // The normalization of the input stays in both.
        depthwise.Model.Graph.Nodes.Count(n => n.OpType == "BatchNormalization").Should().Be(1);
        inFloat.Model.Graph.Nodes.Count(n => n.OpType == "BatchNormalization").Should().Be(4);
        depthwise.Report.Layers.Should().HaveCount(inFloat.Report.Layers.Count + 3);
    }

    [Theory]
    [InlineData("resnet18-v1-7")]
    [InlineData("resnet18-v2-7")]
    public void Quantize_SyntheticModel_ApproximatesTheFloatScores(string id)
    {
        const int Size = 224;
        OnnxModel model = ZooModels.Build(id, seed: 1);
        Random random = new(5);
        ReadOnlyMemory<float>[] images =
        [
            .. Enumerable.Range(0, 2).Select(
                _ => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 3 * Size * Size).Select(_ => (random.NextSingle() * 4) - 2)])),
        ];

        QuantizationResult result = ResNetQuantizer.Quantize(
            model, CalibrationSet.FromTensors(images, Size, Size), new QuantizationOptions { SqnrImages = 1 });

        result.Report.Layers.Should().OnlyContain(l => l.IsQuantized && l.Sqnr > 20);
        result.Report.QuantizedBytes.Should().BeLessThan(result.Report.FloatBytes * 27 / 100);
        Runs.Sqnr(Runs.Scores(model, images[0], Size), Runs.Scores(result.Model, images[0], Size)).Should().BeGreaterThan(15);
    }

    private static Action Quantizing(OnnxModel model, CalibrationSet? images = null, QuantizationOptions? options = null)
        => () => ResNetQuantizer.Quantize(model, images ?? SmallNetworks.Calibration(), options);

    private static int Best(float[] scores) => Array.IndexOf(scores, scores.Max());

    private static void Replace(OnnxModel model, string name, int element, float value)
    {
        OnnxTensor tensor = model.Graph.FindInitializer(name)!;
        float[] values = tensor.ToArray<float>();
        values[element] = value;
        model.Graph.Initializers[model.Graph.Initializers.IndexOf(tensor)] = OnnxTensor.Create<float>(name, [.. tensor.Shape], values);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<QuantizationProgress>
    {
        public int Calibrated { get; private set; }

        public void Report(QuantizationProgress value)
        {
            if (value.Stage == QuantizationStage.Calibrating && (Calibrated = value.Completed) == 3)
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
