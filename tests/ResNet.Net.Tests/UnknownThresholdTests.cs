using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Tests the threshold for unknown images, which comes from the metadata of a file.</summary>
public class UnknownThresholdTests
{
    private static readonly string Ship = TestFolders.SampleImagePaths[0];

    [Fact]
    public void Classify_NoThreshold_IsNotUnknown()
    {
        using ResNetClassifier classifier = Create(null);

        classifier.UnknownThreshold.Should().BeNull();
        classifier.Classify(Ship).IsUnknown.Should().BeFalse();
    }

    [Theory]
    [InlineData(-1e-4, false)]
    [InlineData(0, false)]
    [InlineData(1e-4, true)]
    public async Task Classify_Threshold_IsComparedWithTheBestProbability(double offset, bool isUnknown)
    {
        using ResNetClassifier plain = Create(null);
        double best = plain.Classify(Ship).Best.Probability;
        using ResNetClassifier classifier = Create(Math.Clamp(best + offset, 0, 1));

        classifier.UnknownThreshold.Should().Be(Math.Clamp(best + offset, 0, 1));
        classifier.Classify(Ship, topK: 1).IsUnknown.Should().Be(isUnknown);
        (await classifier.ClassifyAsync(Ship)).IsUnknown.Should().Be(isUnknown);
        classifier.ClassifyBatch([Ship]).Single().Value.IsUnknown.Should().Be(isUnknown);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(1 / 3.0)]
    [InlineData(1)]
    public void WriteTo_Threshold_RoundTrips(double threshold)
    {
        OnnxModel model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20);

        new ModelMetadata { UnknownThreshold = threshold }.WriteTo(model);

        ModelMetadata.Read(model).UnknownThreshold.Should().Be(threshold);
        new ModelMetadata().WriteTo(model);
        model.Metadata.Should().NotContainKey(ModelMetadata.UnknownThresholdKey);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void WriteTo_OutOfRange_Throws(double threshold)
    {
        OnnxModel model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20);

        Action write = () => new ModelMetadata { UnknownThreshold = threshold }.WriteTo(model);

        write.Should().Throw<ArgumentException>().WithMessage("The threshold for unknown images is *, but must be from 0 to 1.");
        model.Metadata.Should().NotContainKey(ModelMetadata.LabelsKey);
    }

    [Fact]
    public void Of_Classifier_HasItsThreshold()
    {
        using ResNetClassifier classifier = Create(0.25);

        ModelMetadata.Of(classifier).UnknownThreshold.Should().Be(0.25);
    }

    private static ResNetClassifier Create(double? threshold)
    {
        OnnxModel model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20);
        new ModelMetadata { Profile = PreprocessingProfile.Cifar10, UnknownThreshold = threshold }.WriteTo(model);
        return ResNetClassifier.Create(new ModelDefinition(model.ToArray()));
    }
}
