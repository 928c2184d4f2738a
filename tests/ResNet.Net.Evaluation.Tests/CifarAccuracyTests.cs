namespace ResNet.Net.Evaluation.Tests;

/// <summary>Evaluates the embedded model on all 10,000 test images of CIFAR-10, end to end.</summary>
public class CifarAccuracyTests
{
    private const double PublishedByHe2015 = 91.25;

    [SharedFact]
    public async Task EvaluateAsync_Cifar10TestImages_MatchesPublishedAccuracy()
    {
        ResNetClassifierOptions options = new() { BatchSize = 100 };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        string archive = Path.Combine(TestFolders.Shared, "data", "cifar10-test.zip");
        using ImageDataset dataset = ImageDataset.Open(archive, classifier.Labels);

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);

        (report.Count, report.Failed).Should().Be((10_000, 0));
        report.Classes.Should().OnlyContain(c => c.Count == 1000);
        report.Top1.Should().BeGreaterThanOrEqualTo(PublishedByHe2015);
        report.Top1.Should().BeApproximately(ResNetVariant.Cifar10ResNet20.Top1!.Value, 0.05, "the catalog states it");
    }
}
