using System.Collections.Concurrent;

namespace ResNet.Net.Evaluation.Tests;

public sealed class EvaluatorTests : IDisposable
{
    private readonly ResNetClassifier _classifier = ColorModel.Create();

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public async Task EvaluateAsync_KnownColors_ReturnsComputedProbabilities()
    {
        byte[][] colors = [[200, 100, 50], [10, 20, 30], [90, 90, 0], [0, 255, 0], [255, 254, 253]];
        int[] truths = [0, 0, 2, 1, 2];
        ImageDataset dataset = new(
            "colors",
            ColorModel.Labels,
            colors.Select((c, i) => new LabeledImage($"{i}", truths[i], () => ColorModel.Image(c[0], c[1], c[2]))));

        EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset);

        for (int i = 0; i < colors.Length; i++)
        {
            double[] expected = ColorModel.Probabilities(colors[i]);
            EvaluatedImage actual = report.Images[i];
            actual.Name.Should().Be($"{i}");
            actual.Loss.Should().BeApproximately(-Math.Log(expected[truths[i]]), 1e-4);
            actual.Confidence.Should().BeApproximately((float)expected.Max(), 1e-5f);
            actual.Rank
                .Should().Be(1 + expected.Where((p, c) => p > expected[truths[i]] || (p == expected[truths[i]] && c < truths[i])).Count());
        }

        (report.Top1Count, report.Count, report.Failed).Should().Be((2, 5, 0));
        (report.Model, report.Dataset, report.Crops, report.ExecutionProvider)
            .Should().Be(("colors", "colors", CropSampling.Center, "CPU"));
        report.ImagesPerSecond.Should().BePositive();
    }

    [Fact]
    public async Task EvaluateAsync_MultiLabelModel_RanksClassesWithoutLossAndCalibration()
    {
        byte[] bytes = new OnnxModelBuilder()
            .Input("image", [-1, 3, 8, 8])
            .Initializer("weights", [3, 3], [9, 0, 0, 0, 9, 0, 0, 0, 9])
            .Node("GlobalAveragePool", ["image"], ["means"])
            .Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Gemm", ["features", "weights"], ["logits"], ("transB", 1))
            .Node("Sigmoid", ["logits"], ["scores"])
            .Output("scores", [-1, 3])
            .Build();
        PreprocessingProfile profile = new()
        {
            Resize = ResizeRule.Squash(8, 8),
            Crop = new CropRule(8, 8),
            Mean = new ChannelValues(0.5f, 0.5f, 0.5f),
            Std = new ChannelValues(1, 1, 1),
        };
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(bytes) { Labels = ColorModel.Labels, Profile = profile });
        byte[][] colors = [[200, 100, 50], [10, 20, 30], [90, 90, 0], [0, 255, 0]];
        int[] truths = [0, 0, 1, 1];
        ImageDataset dataset = new(
            "colors",
            ColorModel.Labels,
            colors.Select((c, i) => new LabeledImage($"{i}", truths[i], () => ColorModel.Image(c[0], c[1], c[2]))));

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);

        report.Images.Select(i => (i.PredictedClass, i.Rank)).Should().Equal((0, 1), (2, 3), (0, 2), (1, 1));
        (report.Top1Count, report.Top5Count, report.Count).Should().Be((2, 4, 4));
        report.MeanConfidence.Should().BePositive();
        report.CalibrationBins.Should().BeEmpty();
        (report.MeanLoss, report.ExpectedCalibrationError).Should().Be((double.NaN, double.NaN));
        report.ToText().Should().Contain("loss, calibration  not defined for a multi-label model");
        report.ToMarkdown().Should().Contain("not defined for a multi-label model").And.NotContain("Mean loss");
        report.ToJson().Should().Contain("\"expectedCalibrationError\": null").And.Contain("\"calibration\": []");
        EvaluationPlot.ToSvg(report).Should().Contain("<svg").And.NotContain("NaN");
    }

    [Theory]
    [InlineData(CropSampling.Center)]
    [InlineData(CropSampling.TenCrop)]
    public async Task EvaluateAsync_SampleImages_AgreesWithClassify(CropSampling crops)
    {
        using ResNetClassifier embedded = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Crops = crops, BatchSize = 3 });
        using ImageDataset dataset = ImageDataset.Open(Path.Combine(TestFolders.SampleImages, "labels.txt"), embedded.Labels);

        EvaluationReport report = await Evaluator.EvaluateAsync(embedded, dataset);

        report.Crops.Should().Be(crops);
        foreach (EvaluatedImage image in report.Images)
        {
            IReadOnlyList<Prediction> all = embedded.Classify(Path.Combine(TestFolders.SampleImages, image.Name), 10).Predictions;
            Prediction truth = all.Single(p => p.ClassIndex == image.ClassIndex);
            image.PredictedClass.Should().Be(all[0].ClassIndex);
            image.Confidence.Should().BeApproximately(all[0].Probability, 1e-5f);
            image.Loss.Should().BeApproximately(-Math.Log(truth.Probability), 1e-4);
            image.Rank.Should().Be(all.ToList().IndexOf(truth) + 1);
        }
    }

    [Fact]
    public async Task EvaluateAsync_Repeatedly_GivesIdenticalReports()
    {
        ImageDataset dataset = ColorModel.Dataset(203, isDamaged: i => i % 17 == 3);
        HashSet<string> reports = [];
        for (int time = 0; time < 6; time++)
        {
            EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset);
            string texts = report.ToJson(timings: false) + report.ToText(timings: false) + report.ToMarkdown(timings: false);
            reports.Add(texts + EvaluationPlot.ToSvg(report) + string.Join('\n', report.Images));
        }

        reports.Should().ContainSingle();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task EvaluateAsync_OtherBatches_GiveTheSamePredictions(int batch)
    {
        ImageDataset dataset = ColorModel.Dataset(50);
        using ResNetClassifier other = ColorModel.Create(new ResNetClassifierOptions { BatchSize = batch });

        EvaluationReport expected = await Evaluator.EvaluateAsync(_classifier, dataset);
        EvaluationReport actual = await Evaluator.EvaluateAsync(other, dataset);

        actual.Images.Select(i => (i.PredictedClass, i.Rank)).Should().Equal(expected.Images.Select(i => (i.PredictedClass, i.Rank)));
        actual.MeanLoss.Should().BeApproximately(expected.MeanLoss, 1e-5);
    }

    [Fact]
    public async Task EvaluateAsync_FailedImages_AreReportedAndDoNotAffectOthers()
    {
        ImageDataset good = ColorModel.Dataset(40);
        ImageDataset dataset = new("some bad", ColorModel.Labels, good.Images.Select((image, i) => i switch
        {
            5 => new LabeledImage(image.Name, image.ClassIndex, () => new byte[] { 1, 2, 3 }),
            6 => new LabeledImage(image.Name, image.ClassIndex, () => throw new IOException("the disk is gone")),
            7 => new LabeledImage(image.Name, image.ClassIndex, () => throw new UnauthorizedAccessException("not yours")),
            8 or 9 or 10 or 11 => new LabeledImage(image.Name, image.ClassIndex, () => default),
            _ => image,
        }));

        EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset);

        EvaluationReport whole = await Evaluator.EvaluateAsync(_classifier, good);
        (report.Count, report.Failed).Should().Be((33, 7));
        report.Failures.Select(f => f.Name).Should().Equal(Enumerable.Range(5, 7).Select(i => good.Images[i].Name));
        report.Images[6].Error.Should().Be("the disk is gone");
        report.Images[7].Error.Should().Be("not yours");
        report.Images[8].Error.Should().Contain("0 bytes");
        report.Images.Where(i => i.Succeeded).Should().Equal(whole.Images.Where((_, i) => i is < 5 or > 11));
        report.Top1.Should().BeApproximately(100.0 * report.Images.Count(i => i.IsCorrect) / 33, 1e-9);
    }

    [Fact]
    public async Task EvaluateAsync_StopOnFailure_NamesTheImage()
    {
        ImageDataset dataset = ColorModel.Dataset(40, isDamaged: i => i == 21);

        Func<Task> evaluate = () => Evaluator.EvaluateAsync(_classifier, dataset, new EvaluationOptions { StopOnFailure = true });

        (await evaluate.Should().ThrowAsync<EvaluationException>()).Which.Message
            .Should().ContainAll("'00021.png'", "random colors", "StopOnFailure");
    }

    [Fact]
    public async Task EvaluateAsync_OtherLabels_ThrowsBeforeReading()
    {
        LabeledImage unread = new("x", 0, () => throw new InvalidOperationException("was read"));
        ImageDataset fewer = new("fewer", new LabelSet("two", ["red", "green"]), [unread]);
        ImageDataset others = new("others", new LabelSet("three", ["red", "yellow", "blue"]), [unread]);
        ImageDataset numbered = new(
            "numbered", new LabelSet("n", ["class 0", "class 1", "class 2"]), [new LabeledImage("x", 0, () => ColorModel.Image(1, 2, 3))]);

        Func<ImageDataset, Func<Task>> evaluate = dataset => () => Evaluator.EvaluateAsync(_classifier, dataset);

        (await evaluate(fewer).Should().ThrowAsync<EvaluationException>()).Which.Message.Should().ContainAll("3 classes", "2 labels 'two'");
        (await evaluate(others).Should().ThrowAsync<EvaluationException>()).Which.Message.Should().ContainAll("'green'", "'yellow'");
        await evaluate(numbered).Should().NotThrowAsync();
    }

    [Fact]
    public async Task EvaluateAsync_Progress_IsReportedInOrder()
    {
        Recorder recorder = new();

        await Evaluator.EvaluateAsync(_classifier, ColorModel.Dataset(42, isDamaged: i => i == 7), progress: recorder);

        recorder.Reports
            .Should().OnlyContain(r => r.Total == 42 && r.Resumed == 0)
            .And.Subject.Select(r => r.Completed).Should().Equal(Enumerable.Range(1, 42));
        EvaluationProgress last = recorder.Reports.Last();
        (last.Completed, last.Failed).Should().Be((42, 1));
        last.Remaining.Should().Be(TimeSpan.Zero);
        last.Top1.Should().BeApproximately(100.0 * last.Correct / 41, 1e-9);
        recorder.Reports.First().Remaining.Should().BePositive();
    }

    [Fact]
    public async Task EvaluateAsync_Canceled_EndsSoon()
    {
        using CancellationTokenSource source = new();
        Recorder recorder = new() { OnReport = r => { if (r.Completed >= 8) { source.Cancel(); } } };

        Func<Task> evaluate = () => Evaluator.EvaluateAsync(
            _classifier, ColorModel.Dataset(400), progress: recorder, cancellationToken: source.Token);

        await evaluate.Should().ThrowAsync<OperationCanceledException>();
        recorder.Reports.Last().Completed.Should().BeLessThan(40);
    }

    [Fact]
    public async Task EvaluateAsync_UnexpectedException_IsThrown()
    {
        ImageDataset good = ColorModel.Dataset(50);
        ImageDataset dataset = new("broken", ColorModel.Labels, good.Images.Select((image, i) => i == 30
            ? new LabeledImage(image.Name, image.ClassIndex, () => throw new InvalidOperationException("a bug"))
            : image));

        await ((Func<Task>)(() => Evaluator.EvaluateAsync(_classifier, dataset)))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("a bug");
    }

    [Fact]
    public async Task EvaluateAsync_SlowReads_Overlap()
    {
        // The first image is read only while another one is.
        using ManualResetEventSlim overlapped = new();
        byte[] png = ColorModel.Image(1, 2, 3);
        int started = 0;
        ImageDataset dataset = new("slow", ColorModel.Labels, Enumerable.Range(0, 8).Select(i => new LabeledImage($"{i}", 0, () =>
        {
            if (Interlocked.Increment(ref started) >= Math.Min(2, Environment.ProcessorCount))
            {
                overlapped.Set();
            }

            return overlapped.Wait(TimeSpan.FromMinutes(1)) ? png : throw new IOException("no other image was read");
        })));

        EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset);

        report.Images.Should().OnlyContain(i => i.Succeeded);
    }

    [Fact]
    public async Task EvaluateAsync_ManyLargeFiles_HoldsOnlyCurrentOnes()
    {
        // Each file has a megabyte.
        byte[] png = [.. ColorModel.Image(9, 9, 9), .. new byte[1 << 20]];
        ConcurrentBag<WeakReference> read = [];
        int max = 0;
        ImageDataset dataset = new("large", ColorModel.Labels, Enumerable.Range(0, 200).Select(i => new LabeledImage($"{i}", 0, () =>
        {
            byte[] bytes = (byte[])png.Clone();
            read.Add(new WeakReference(bytes));
            if (i % 50 == 49)
            {
                // Files that other threads read after the collection are alive because nothing has collected them yet.
                WeakReference[] before = [.. read];
#pragma warning disable RS0030 // liveness is known only after a collection
                GC.Collect();
#pragma warning restore RS0030
                max = Math.Max(max, before.Count(r => r.IsAlive));
            }

            return bytes;
        })));

        await Evaluator.EvaluateAsync(_classifier, dataset);

        read.Should().HaveCount(200);
        max.Should().BeInRange(1, 16 + (2 * Environment.ProcessorCount));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task EvaluateAsync_OptionOutOfRange_Throws(int bins)
        => await ((Func<Task>)(() => Evaluator.EvaluateAsync(
            _classifier, ColorModel.Dataset(1), new EvaluationOptions { CalibrationBins = bins })))
            .Should().ThrowAsync<ArgumentOutOfRangeException>();

    private sealed class Recorder : IProgress<EvaluationProgress>
    {
        public ConcurrentQueue<EvaluationProgress> Reports { get; } = new();

        public Action<EvaluationProgress>? OnReport { get; init; }

        public void Report(EvaluationProgress value)
        {
            Reports.Enqueue(value);
            OnReport?.Invoke(value);
        }
    }
}
