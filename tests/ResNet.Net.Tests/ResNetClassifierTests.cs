namespace ResNet.Net.Tests;

/// <summary>Tests classification with the embedded model and the sample images.</summary>
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
    public void Classify_SampleImage_ReturnsItsLabel(string file, string label)
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
    public async Task Classify_AllInputKinds_ReturnSamePredictions(string file, string label)
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
        _classifier.ClassifyBatch([InputImage.FromEncoded(encoded)])[0].Value.Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Classify_Pixels_ReturnsSoftmaxOfScores()
    {
        byte[] pixels = new byte[50 * 40 * 3];
        new Random(3).NextBytes(pixels);
        float[] scores = new float[10];
        _classifier.GetScores(new PixelView(pixels, 50, 40), scores);
        double sum = scores.Sum(s => Math.Exp(s));

        Classification result = _classifier.Classify(new PixelView(pixels, 50, 40), topK: 10);

        result.Predictions.Should().HaveCount(10);
        result.Predictions.Should().OnlyContain(p => Math.Abs(p.Probability - (Math.Exp(scores[p.ClassIndex]) / sum)) < 1e-5);
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
    public void Classify_TopK_ReturnsAtMostAllClasses(int topK, int count)
    {
        IReadOnlyList<Prediction> predictions = _classifier.Classify(Sample("ship.png"), topK).Predictions;

        predictions.Should().HaveCount(count);
        predictions.Select(p => p.ClassIndex).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Classify_InvalidArguments_ThrowsArgumentException()
    {
        _classifier.Invoking(c => c.Classify(Sample("ship.png"), 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("topK");
        _classifier.Invoking(c => c.Classify("")).Should().Throw<ArgumentException>();
        _classifier.Invoking(c => c.Classify((string)null!)).Should().Throw<ArgumentNullException>();
        _classifier.Invoking(c => c.Classify((Stream)null!)).Should().Throw<ArgumentNullException>();
        _classifier.Invoking(c => c.Classify(default(PixelView))).Should().Throw<ArgumentException>().WithMessage("*default*");
        _classifier.Invoking(c => c.Classify(new PixelView(new byte[3], 1, 1), Span<Prediction>.Empty))
            .Should().Throw<ArgumentException>().WithParameterName("predictions");
    }

    [Fact]
    public void GetScores_SpanTooShort_ThrowsArgumentException()
        => _classifier.Invoking(c => c.GetScores(new PixelView(new byte[3], 1, 1), new float[9]))
            .Should().Throw<ArgumentException>().WithParameterName("scores").WithMessage("*10 scores*9 values*");

    [Fact]
    public void Classify_UnreadableFile_ThrowsWithItsPath()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("text.jpg", "no image");
        string missing = Path.Combine(folder.FullPath, "missing.jpg");

        _classifier.Invoking(c => c.Classify(text))
            .Should().Throw<ImageDecodeException>()
            .WithMessage($"{text}*")
            .Where(e => e.Path == text && e.Failure == ImageDecodeFailure.UnsupportedFormat);
        _classifier.Invoking(c => c.Classify(missing)).Should().Throw<FileNotFoundException>().WithMessage($"*{missing}*");
    }

    [Fact]
    public void Classify_EmptySpan_ThrowsImageDecodeException()
        => _classifier.Invoking(c => c.Classify(ReadOnlySpan<byte>.Empty))
            .Should().Throw<ImageDecodeException>()
            .Where(e => e.Failure == ImageDecodeFailure.Empty);

    [Fact]
    public void ClassifyBatch_MoreImagesThanBatchSize_EqualsClassifyPerImage()
    {
        string[] paths = [.. TestFolders.SampleImagePaths, .. TestFolders.SampleImagePaths];
        paths.Length.Should().BeGreaterThan(_classifier.BatchSize * 2);

        IReadOnlyList<ClassificationOutcome> outcomes = _classifier.ClassifyBatch(paths, topK: 3);

        outcomes.Should().HaveCount(paths.Length);
        for (int i = 0; i < paths.Length; i++)
        {
            Classification single = _classifier.Classify(paths[i], 3);
            outcomes[i].Value.Best.ClassIndex.Should().Be(single.Best.ClassIndex);
            outcomes[i].Value.Predictions.Should().Equal(single.Predictions, (a, e) => Math.Abs(a.Probability - e.Probability) < 1e-5f);
        }
    }

    [Fact]
    public void ClassifyBatch_SomeImagesFail_ClassifiesTheOthers()
    {
        using TemporaryFolder folder = new();
        string bad = folder.Write("bad.png", "nothing");
        string missing = Path.Combine(folder.FullPath, "missing.png");

        IReadOnlyList<ClassificationOutcome> outcomes
            = _classifier.ClassifyBatch([bad, Sample("ship.png"), missing, Sample("frog.png"), null!]);

        outcomes.Select(o => o.Succeeded).Should().Equal(false, true, false, true, false);
        outcomes[0].Error.Should().BeOfType<ImageDecodeException>();
        outcomes[2].Error.Should().BeOfType<FileNotFoundException>();
        outcomes[4].Error.Should().BeOfType<ArgumentNullException>();
        outcomes[1].Value.Best.Label.Should().Be("ship");
        outcomes[3].Value.Best.Label.Should().Be("frog");
        outcomes[0].Invoking(o => o.Value).Should().Throw<ImageDecodeException>();
    }

    [Fact]
    public void ClassifyBatch_NoImages_ReturnsEmptyList() => _classifier.ClassifyBatch(Array.Empty<string>()).Should().BeEmpty();

    [Fact]
    public async Task ClassifyAsync_Canceled_Throws()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        await _classifier.Awaiting(c => c.ClassifyAsync(Sample("ship.png"), cancellationToken: source.Token))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Classify_AutoOrient_FollowsTheProfile()
    {
        // The same image, stored rotated by 90 degrees and stored upright.
        byte[] rotated = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "images", "jpeg-exif-6.jpg"));
        byte[] upright = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "images", "jpeg-exif-1.jpg"));
        ResNetClassifierOptions options = new() { Profile = PreprocessingProfile.Cifar10 with { AutoOrient = false } };
        using ResNetClassifier withoutOrientation = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);

        double differenceWith = Difference(_classifier.Classify(rotated, 10), _classifier.Classify(upright, 10));
        double differenceWithout = Difference(withoutOrientation.Classify(rotated, 10), withoutOrientation.Classify(upright, 10));

        differenceWith.Should().BeLessThan(differenceWithout / 3);

        static double Difference(Classification left, Classification right)
            => InClassOrder(left)
                .Zip(InClassOrder(right), (l, r) => Math.Abs(Math.Log(l.Probability) - Math.Log(r.Probability)))
                .Sum();
    }

    private static IEnumerable<Prediction> InClassOrder(Classification classification)
        => classification.Predictions.OrderBy(p => p.ClassIndex);

    private static string Sample(string file) => Path.Combine(TestFolders.SampleImages, file);
}
