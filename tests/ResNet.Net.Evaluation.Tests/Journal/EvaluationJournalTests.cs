using System.Diagnostics;

namespace ResNet.Net.Evaluation.Tests;

public sealed class EvaluationJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResNetClassifier _classifier = ColorModel.Create();

    private string Journal => Path.Combine(_folder.FullPath, "run.journal");

    private EvaluationOptions Options => new() { JournalPath = Journal };

    public void Dispose()
    {
        _classifier.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Resume_TruncatedAtAnyByte_GivesTheSameReport()
    {
        ImageDataset dataset = ColorModel.Dataset(23, isDamaged: i => i == 9);
        string expected = AllResults(await Evaluator.EvaluateAsync(_classifier, dataset, Options));
        byte[] whole = File.ReadAllBytes(Journal);
        Random random = new(2);
        IEnumerable<int> lengths = Enumerable.Range(0, 120).Select(_ => random.Next(whole.Length + 1));
        foreach (int length in lengths.Append(0).Append(whole.Length).Append(whole.Length - 1))
        {
            File.WriteAllBytes(Journal, whole[..length]);

            EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset, Options);

            AllResults(report).Should().Be(expected, $"the journal was truncated after {length} bytes");
            report.Resumed.Should().BeInRange(Math.Max(whole.AsSpan(0, length).Count((byte)'\n') - 1, 0), 22);
            (await Evaluator.EvaluateAsync(_classifier, dataset, Options)).Resumed.Should().Be(22, "only the failed image is retried");
        }
    }

    [Fact]
    public async Task Resume_DamagedLines_EvaluatesTheirImagesAgain()
    {
        ImageDataset dataset = ColorModel.Dataset(40);
        string expected = AllResults(await Evaluator.EvaluateAsync(_classifier, dataset, Options));
        byte[] whole = File.ReadAllBytes(Journal);
        int header = Array.IndexOf(whole, (byte)'\n') + 1;
        Random random = new(6);
        for (int time = 0; time < 60; time++)
        {
            byte[] damaged = (byte[])whole.Clone();
            for (int i = 0; i < 5; i++)
            {
                damaged[random.Next(header, damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(Journal, damaged);
            EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, dataset, Options);

            AllResults(report).Should().Be(expected);
            report.Resumed.Should().BeInRange(30, 40);
        }
    }

    [Fact]
    public async Task Resume_AfterCancellation_DoesNotReadCompletedImages()
    {
        ImageDataset dataset = ColorModel.Dataset(400);
        string expected = AllResults(await Evaluator.EvaluateAsync(_classifier, dataset));
        using CancellationTokenSource source = new();
        Func<Task> evaluate = () => Evaluator.EvaluateAsync(
            _classifier, dataset, Options, new Caller(p => { if (p.Completed >= 100) { source.Cancel(); } }), source.Token);
        await evaluate.Should().ThrowAsync<OperationCanceledException>();

        int read = 0;
        ImageDataset counted = new(dataset.Name, dataset.Labels, dataset.Images.Select(i => new LabeledImage(i.Name, i.ClassIndex, () =>
        {
            Interlocked.Increment(ref read);
            return i.Read();
        })));
        EvaluationReport report = await Evaluator.EvaluateAsync(_classifier, counted, Options);

        AllResults(report).Should().Be(expected);
        report.Resumed.Should().BeInRange(100, 120);
        read.Should().BeInRange(400 - report.Resumed, 400 - report.Resumed + 8, "one more batch verifies the journal");
    }

    [Fact]
    public async Task Resume_KilledProcesses_GivesTheSameReport()
    {
        // On a busy machine the process may run for seconds before it is killed, so the whole run must take longer.
        const int Images = 1500;
        string expected = (await Evaluator.EvaluateAsync(_classifier, ColorModel.Dataset(Images))).ToJson(timings: false);
        Random random = new(20250703);
        List<long> lengths = [0];
        for (int time = 0; time < 8; time++)
        {
            using Process process = Process.Start(Probe(Images, delay: 15))!;
            Stopwatch watch = Stopwatch.StartNew();
            while (!process.HasExited && LengthOfJournal() <= lengths[^1] && watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(1);
            }

            await Task.Delay(random.Next(60));
            process.HasExited.Should().BeFalse("the run takes seconds");
            process.Kill();
            await process.WaitForExitAsync();
            LengthOfJournal().Should().BeGreaterThan(lengths[^1], "every process makes progress");
            lengths.Add(LengthOfJournal());
        }

        ProgramRun run = await ProgramRun.OfAsync(Probe(Images, delay: 0));

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Be(expected);
    }

    [Fact]
    public async Task Open_JournalOfAnotherEvaluation_Throws()
    {
        ImageDataset dataset = ColorModel.Dataset(12);
        await Evaluator.EvaluateAsync(_classifier, dataset, Options);
        byte[] before = File.ReadAllBytes(Journal);
        using ResNetClassifier otherName = ColorModel.Create(name: "colors-2");
        using ResNetClassifier tenCrop = ColorModel.Create(new ResNetClassifierOptions { Crops = CropSampling.TenCrop });
        using ResNetClassifier otherWeights = ColorModel.Create(gain: 4);

        (await ErrorAsync(otherName, dataset)).Should().ContainAll("run.journal", "'colors'", "'colors-2'");
        (await ErrorAsync(tenCrop, dataset)).Should().ContainAll("Center", "TenCrop");
        (await ErrorAsync(_classifier, ColorModel.Dataset(13))).Should().ContainAll("12 images", "13");
        (await ErrorAsync(_classifier, ColorModel.Dataset(12, seed: 2))).Should().Contain("other classes");
        (await ErrorAsync(otherWeights, dataset)).Should().ContainAll("'colors' with other weights", "SHA-256");
        File.ReadAllBytes(Journal).Should().Equal(before);
    }

    [Fact]
    public async Task Open_OtherWeightsBeforeTheFirstResult_Throws()
    {
        // Only damaged images: the journal has a header and no results to compare.
        ImageDataset dataset = ColorModel.Dataset(3, isDamaged: _ => true);
        await Evaluator.EvaluateAsync(_classifier, dataset, Options);
        using ResNetClassifier otherWeights = ColorModel.Create(gain: 10.001f);

        (await ErrorAsync(otherWeights, dataset)).Should().Contain("other weights");
    }

    [Fact]
    public async Task Resume_ImagesChanged_Throws()
    {
        await Evaluator.EvaluateAsync(_classifier, ColorModel.Dataset(12), Options);
        ImageDataset before = ColorModel.Dataset(12);
        byte[] white = ColorModel.Image(255, 255, 255);
        ImageDataset changed = new(
            before.Name, before.Labels, before.Images.Select(i => new LabeledImage(i.Name, i.ClassIndex, () => white)));

        (await ErrorAsync(_classifier, changed)).Should().ContainAll("00000.png", "images have changed");
    }

    [Theory]
    [InlineData("# a report\n")]
    [InlineData("no line end")]
    [InlineData("\n")]
    [InlineData("\u0000\u0001\u0002")]
    public async Task Open_OtherFile_ThrowsAndKeepsIt(string text)
    {
        File.WriteAllText(Journal, text);

        (await ErrorAsync(_classifier, ColorModel.Dataset(3))).Should().Contain("not a journal");

        File.ReadAllText(Journal).Should().Be(text);
    }

    [Fact]
    public async Task Open_JournalInUse_Throws()
    {
        using FileStream other = new(Journal, FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await ((Func<Task>)(() => Evaluator.EvaluateAsync(_classifier, ColorModel.Dataset(3), Options)))
            .Should().ThrowAsync<IOException>().WithMessage("*run.journal*");
    }

    [Fact]
    public async Task Resume_MovedDatasetAndOtherBatchSize_Resumes()
    {
        ImageDataset dataset = ColorModel.Dataset(30);
        await Evaluator.EvaluateAsync(_classifier, new ImageDataset("here", dataset.Labels, dataset.Images), Options);
        using ResNetClassifier other = ColorModel.Create(new ResNetClassifierOptions { BatchSize = 7 });

        (await Evaluator.EvaluateAsync(other, new ImageDataset("there", dataset.Labels, dataset.Images), Options)).Resumed.Should().Be(30);
    }

    private static string AllResults(EvaluationReport report) => report.ToJson(timings: false) + string.Join('\n', report.Images);

    private ProcessStartInfo Probe(int images, int delay)
        => ProgramRun.Dotnet(typeof(EvaluationProbe).Assembly.Location, [Journal, $"{images}", $"{delay}"]);

    private long LengthOfJournal() => File.Exists(Journal) ? new FileInfo(Journal).Length : 0;

    private async Task<string> ErrorAsync(ResNetClassifier classifier, ImageDataset dataset)
        => (await ((Func<Task>)(() => Evaluator.EvaluateAsync(classifier, dataset, Options)))
            .Should().ThrowAsync<EvaluationException>()).Which.Message;

    private sealed class Caller(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
