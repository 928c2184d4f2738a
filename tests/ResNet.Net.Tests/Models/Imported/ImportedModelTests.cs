namespace ResNet.Net.Tests;

/// <summary>A variant in Caffe2's own format classifies, embeds and explains like any other.</summary>
public sealed class ImportedModelTests : IDisposable
{
    private const int Classes = 1000;

    private readonly ImportedModelFixture _fixture = new();
    private readonly string[] _images = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order().Take(8)];

    public ImportedModelTests() => _fixture.Place(_fixture.Pair);

    private ResNetClassifierOptions Options => new() { Store = _fixture.Store(), CacheOptimizedModel = false };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Classify_ImageFile_HasALabelAndAProbabilityForEveryClass()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(_fixture.Variant, Options);

        Classification result = classifier.Classify(_images[0], Classes);

        classifier.Profile.Should().BeSameAs(PreprocessingProfile.Caffe2Area);
        classifier.OutputKind.Should().Be(OutputKind.Probabilities);
        result.Predictions.Should().HaveCount(Classes).And.BeInDescendingOrder(p => p.Probability);
        result.Predictions.Should().OnlyContain(p => p.Label == LabelSet.ImageNet[p.ClassIndex]);
        result.Predictions.Sum(p => p.Probability).Should().BeApproximately(1, 1e-4f);
    }

    [Fact]
    public void ClassifyBatch_EightImages_EqualsSingleImages()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(_fixture.Variant, Options with { BatchSize = 8 });
        _images.Should().HaveCount(8);

        IReadOnlyList<ClassificationOutcome> batch = classifier.ClassifyBatch(_images, Classes);

        classifier.BatchSize.Should().Be(8);
        for (int i = 0; i < _images.Length; i++)
        {
            float[] single = InClassOrder(classifier.Classify(_images[i], Classes));
            InClassOrder(batch[i].Value).Zip(single, (b, s) => Math.Abs(b - s)).Max().Should().BeLessThan(1e-6f);
        }
    }

    [Fact]
    public void Embed_ImageFile_IsTheInputOfTheDenseLayer()
    {
        using ResNetEmbedder embedder = ResNetEmbedder.Create(
            _fixture.Variant, new ResNetEmbedderOptions { Store = _fixture.Store(), CacheOptimizedModel = false, Normalize = false });

        float[] embedding = embedder.Embed(_images[0]);

        embedder.Dimension.Should().Be(Caffe2Pair.Features);
        embedding.Should().HaveCount(Caffe2Pair.Features).And.Contain(v => v > 0);
        embedding.Should().OnlyContain(v => Math.Abs((v / Caffe2Pair.OutputScale) - Math.Round(v / Caffe2Pair.OutputScale)) < 1e-3);
    }

    [Fact]
    public void Explain_ImageFile_HasAMapOfTheBestClass()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(_fixture.Variant, Options with { ActivationMaps = true });

        ActivationMap map = classifier.Explain(_images[0]);

        (map.Rows, map.Columns).Should().Be((7, 7));
        map.Prediction.ClassIndex.Should().Be(classifier.Classify(_images[0]).Best.ClassIndex);
        map.Values.ToArray().Should().OnlyContain(v => float.IsFinite(v));
    }

    private static float[] InClassOrder(Classification classification)
        => [.. classification.Predictions.OrderBy(p => p.ClassIndex).Select(p => (float)p.Probability)];
}
