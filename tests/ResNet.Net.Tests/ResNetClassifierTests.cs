namespace ResNet.Net.Tests;

/// <summary>The classifier on the embedded model and on the project's sample images.</summary>
public sealed class ResNetClassifierTests : IClassFixture<EmbeddedClassifier>
{
    private readonly ResNetClassifier _classifier;

    public ResNetClassifierTests(EmbeddedClassifier embedded) => _classifier = embedded.Classifier;

    public static TheoryData<string, string> Samples => new()
    {
        { "airliner.png", "airplane" },
        { "ship.png", "ship" },
        { "frog.png", "frog" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Classify_SampleImage_KnowsIt(string file, string label)
    {
        Classification result = _classifier.Classify(Sample(file));

        result.Best.Label.Should().Be(label);
        result.Best.Probability.Should().BeInRange(0.5f, 1);
        result.Predictions.Should().HaveCount(5).And.BeInDescendingOrder(p => p.Probability);
        result.Timings.Decode.Should().BePositive();
        result.Timings.Inference.Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Classify_EveryWayIn_GivesTheSame(string file, string label)
    {
        string path = Sample(file);
        byte[] encoded = await File.ReadAllBytesAsync(path);
        Prediction[] expected = [.. _classifier.Classify(path).Predictions];
        expected[0].Label.Should().Be(label);

        _classifier.Classify(encoded).Predictions.Should().Equal(expected);
        _classifier.Classify(new MemoryStream(encoded)).Predictions.Should().Equal(expected);
        _classifier.Classify(new DripStream(encoded)).Predictions.Should().Equal(expected);
        (await _classifier.ClassifyAsync(path)).Predictions.Should().Equal(expected);
        (await _classifier.ClassifyAsync(new DripStream(encoded))).Predictions.Should().Equal(expected);
        _classifier.ClassifyBatch([path])[0].Value.Predictions.Should().Equal(expected);
        _classifier.ClassifyBatch([(ReadOnlyMemory<byte>)encoded])[0].Value.Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Classify_Pixels_EqualsTheScoresThroughSoftmax()
    {
        byte[] pixels = new byte[50 * 40 * 3];
        new Random(3).NextBytes(pixels);
        float[] scores = new float[10];
        _classifier.GetScores(new PixelView(pixels, 50, 40), scores);
        double sum = scores.Sum(s => Math.Exp(s));

        Classification result = _classifier.Classify(new PixelView(pixels, 50, 40), topK: 10);

        result.Predictions.Should().HaveCount(10).And.OnlyContain(p => Math.Abs(p.Probability - (Math.Exp(scores[p.ClassIndex]) / sum)) < 1e-5);
        result.Timings.Decode.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Classify_PixelsIntoSpan_AllocatesNothing()
    {
        byte[] pixels = new byte[500 * 375 * 3];
        new Random(4).NextBytes(pixels);
        Prediction[] predictions = new Prediction[3];
        int count = 0;
        void Classify() => count = _classifier.Classify(new PixelView(pixels, 500, 375), predictions.AsSpan());
        Classify();

        Allocations.Of(Classify).Should().Be(0);
        count.Should().Be(3);
        predictions.Should().Equal(_classifier.Classify(new PixelView(pixels, 500, 375), 3).Predictions);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 10)]
    [InlineData(1000, 10)]
    public void Classify_TopK_IsAtMostTheClasses(int topK, int count)
        => _classifier.Classify(Sample("ship.png"), topK).Predictions.Should().HaveCount(count);

    [Fact]
    public void Classify_BadArguments_SayWhat()
    {
        ((Action)(() => _classifier.Classify(Sample("ship.png"), 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _classifier.Classify(""))).Should().Throw<ArgumentException>();
        ((Action)(() => _classifier.Classify((string)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => _classifier.Classify((Stream)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => _classifier.Classify(default(PixelView)))).Should().Throw<ArgumentException>().WithMessage("*default*");
        ((Action)(() => _classifier.Classify(new PixelView(new byte[3], 1, 1), Span<Prediction>.Empty))).Should().Throw<ArgumentException>();
        ((Action)(() => _classifier.GetScores(new PixelView(new byte[3], 1, 1), new float[9]))).Should().Throw<ArgumentException>().WithMessage("*10 classes*9 values*");
    }

    [Fact]
    public void Classify_BadFiles_AreNamed()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("text.jpg", "no image");
        string missing = Path.Combine(folder.FullPath, "missing.jpg");

        ((Action)(() => _classifier.Classify(text))).Should().Throw<ImageDecodeException>()
            .Where(e => e.Path == text && e.Failure == ImageDecodeFailure.UnsupportedFormat).WithMessage($"{text}*");
        ((Action)(() => _classifier.Classify(missing))).Should().Throw<FileNotFoundException>().WithMessage($"*{missing}*");
        ((Action)(() => _classifier.Classify(ReadOnlySpan<byte>.Empty))).Should().Throw<ImageDecodeException>().Where(e => e.Failure == ImageDecodeFailure.Empty);
    }

    [Fact]
    public void ClassifyBatch_MoreImagesThanABatchHolds_EqualsOneByOne()
    {
        string[] files = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        string[] paths = [.. files, .. files];
        paths.Length.Should().BeGreaterThan(_classifier.BatchSize * 2);

        IReadOnlyList<ClassificationOutcome> outcomes = _classifier.ClassifyBatch(paths, topK: 3);

        outcomes.Should().HaveCount(paths.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            Classification alone = _classifier.Classify(paths[i], 3);
            outcomes[i].Value.Best.ClassIndex.Should().Be(alone.Best.ClassIndex);
            outcomes[i].Value.Predictions.Zip(alone.Predictions, (a, b) => Math.Abs(a.Probability - b.Probability)).Max().Should().BeLessThan(1e-5f);
        }
    }

    [Fact]
    public void ClassifyBatch_SomeFail_TheOthersAreClassified()
    {
        using TemporaryFolder folder = new();
        string bad = folder.Write("bad.png", "nothing");
        string missing = Path.Combine(folder.FullPath, "missing.png");

        IReadOnlyList<ClassificationOutcome> outcomes = _classifier.ClassifyBatch([bad, Sample("ship.png"), missing, Sample("frog.png"), null!]);

        outcomes.Select(o => o.Succeeded).Should().Equal(false, true, false, true, false);
        outcomes[0].Error.Should().BeOfType<ImageDecodeException>();
        outcomes[2].Error.Should().BeOfType<FileNotFoundException>();
        outcomes[4].Error.Should().BeOfType<ArgumentNullException>();
        outcomes[1].Value.Best.Label.Should().Be("ship");
        outcomes[3].Value.Best.Label.Should().Be("frog");
        ((Func<Classification>)(() => outcomes[0].Value)).Should().Throw<ImageDecodeException>();
    }

    [Fact]
    public void ClassifyBatch_Nothing_GivesNothing() => _classifier.ClassifyBatch(Array.Empty<string>()).Should().BeEmpty();

    [Theory]
    [InlineData(CropSampling.Center)]
    [InlineData(CropSampling.TenCrop)]
    public void GetProbabilities_SomeFail_TheOthersRowsAreThoseOfClassify(CropSampling crops)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Crops = crops, BatchSize = 4 });
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        ReadOnlyMemory<byte>[] encoded = [.. paths.Select(File.ReadAllBytes)];
        encoded[3] = new byte[] { 1, 2, 3 };
        encoded[7] = default;
        float[] probabilities = new float[(paths.Length * 10) + 5];
        Array.Fill(probabilities, -1);

        IReadOnlyList<Exception?> errors = classifier.GetProbabilities(encoded, probabilities);

        errors.Select(e => e?.GetType()).Should().Equal(paths.Select((_, i) => i is 3 or 7 ? typeof(ImageDecodeException) : null));
        classifier.Crops.Should().Be(crops);
        for (int i = 0; i < paths.Length; i++)
        {
            float[] expected = i is 3 or 7
                ? [.. Enumerable.Repeat(-1f, 10)]
                : [.. classifier.Classify(paths[i], 10).Predictions.OrderBy(p => p.ClassIndex).Select(p => p.Probability)];
            probabilities[(i * 10)..((i * 10) + 10)].Should().Equal(expected, (a, b) => Math.Abs(a - b) < 1e-5f);
        }

        probabilities[^5..].Should().OnlyContain(p => p == -1);
    }

    [Fact]
    public void GetProbabilities_TooFewPlaces_IsRefused()
        => ((Action)(() => _classifier.GetProbabilities(new ReadOnlyMemory<byte>[3], new float[29]))).Should().Throw<ArgumentException>().WithMessage("*30*29*");

    [Fact]
    public async Task ClassifyAsync_Cancelled_Throws()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        await ((Func<Task>)(() => _classifier.ClassifyAsync(Sample("ship.png"), cancellationToken: source.Token))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Classify_AutoOrient_FollowsTheProfile()
    {
        // Stored turned by a quarter: read as stored, it is the same image with its sides swapped.
        byte[] turned = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "images", "jpeg-exif-6.jpg"));
        byte[] upright = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "images", "jpeg-exif-1.jpg"));
        ResNetClassifierOptions asStored = new() { Profile = PreprocessingProfile.Cifar10 with { AutoOrient = false } };
        using ResNetClassifier raw = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, asStored);

        double oriented = Difference(_classifier.Classify(turned, 10), _classifier.Classify(upright, 10));
        double stored = Difference(raw.Classify(turned, 10), raw.Classify(upright, 10));

        oriented.Should().BeLessThan(stored / 3);

        static double Difference(Classification left, Classification right)
            => left.Predictions.OrderBy(p => p.ClassIndex).Zip(right.Predictions.OrderBy(p => p.ClassIndex), (a, b) => Math.Abs(Math.Log(a.Probability) - Math.Log(b.Probability))).Sum();
    }

    private static string Sample(string file) => Path.Combine(TestFolders.SampleImages, file);
}
