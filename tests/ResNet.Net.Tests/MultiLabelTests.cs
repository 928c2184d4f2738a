using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Classifies with small models of independent classes. The score of a class is its bias.</summary>
public class MultiLabelTests
{
    private static readonly float[] Probabilities = [0.9f, 0.2f, 0.6f, 0.05f, 0.5f, 0.7f, 0.51f, 0.8f];

    [Fact]
    public void AtLeast_MultiLabelModel_SeesAllClassesWhateverTheirNumber()
    {
        using ResNetClassifier classifier = Create("Sigmoid");
        Classification result = classifier.Classify(Gray(), topK: 1);

        classifier.IsMultiLabel.Should().BeTrue();
        result.Predictions.Should().ContainSingle().Which.Should().Be(result.Best);
        result.AtLeast(0.505f).Select(p => p.ClassIndex).Should().Equal(0, 7, 5, 2, 6);
        result.AtLeast(0.55f).Select(p => p.Probability).Should().Equal([0.9f, 0.8f, 0.7f, 0.6f], (a, e) => Math.Abs(a - e) < 1e-5);
        result.AtLeast(result.Best.Probability).Should().Equal(result.Best);
        result.AtLeast(1).Should().BeEmpty();
        result.AtLeast(0).Should().HaveCount(8);
        classifier.Classify(Gray(), topK: 100).Predictions.Should().Equal(result.AtLeast(0));
    }

    [Fact]
    public async Task AtLeast_EveryWayToClassify_ReturnsTheSame()
    {
        string path = TestFolders.SampleImagePaths[0];
        using ResNetClassifier classifier = Create("Sigmoid");
        int[] expected = [0, 7, 5, 2, 6];
        using FileStream stream = File.OpenRead(path);

        Classification[] results =
        [
            classifier.Classify(path, 2),
            classifier.Classify(File.ReadAllBytes(path), 2),
            await classifier.ClassifyAsync(path, 2),
            await classifier.ClassifyAsync(stream, 2),
            classifier.ClassifyBatch([path], 2)[0].Value,
        ];

        foreach (Classification result in results)
        {
            result.AtLeast(0.505f).Select(p => p.ClassIndex).Should().Equal(expected);
        }

        results.Should().OnlyContain(r => r.Predictions.Count == 2);
        Prediction[] filled = new Prediction[3];
        classifier.Classify(Gray(), filled).Should().Be(3);
        filled.Select(p => p.ClassIndex).Should().Equal(0, 7, 5);
    }

    [Fact]
    public void AtLeast_SoftmaxModel_ReturnsPredictionsOnly()
    {
        using ResNetClassifier classifier = Create("Softmax");
        Classification result = classifier.Classify(Gray(), topK: 3);

        classifier.IsMultiLabel.Should().BeFalse();
        result.AtLeast(0).Should().Equal(result.Predictions);
        result.AtLeast(result.Predictions[1].Probability).Should().Equal(result.Predictions.Take(2));
    }

    [Fact]
    public void AtLeast_BinaryClassifier_ReturnsOneClass()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[3], [Logit(0.8f)], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        classifier.IsMultiLabel.Should().BeFalse();
        classifier.Classify(Gray()).AtLeast(0.5f).Select(p => p.ClassIndex).Should().Equal(1);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1.1f)]
    [InlineData(50f)]
    [InlineData(float.NaN)]
    public void AtLeast_NoProbability_Throws(float threshold)
    {
        using ResNetClassifier classifier = Create("Sigmoid");
        Classification result = classifier.Classify(Gray());

        result.Invoking(r => r.AtLeast(threshold)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*from 0 to 1*");
    }

    private static ResNetClassifier Create(string end)
    {
        int classes = Probabilities.Length;
        OnnxModelBuilder model = new OnnxModelBuilder()
            .Input("image", [-1, 3, 24, 40])
            .Initializer("weights", [classes, 3], new float[classes * 3])
            .Initializer("bias", [classes], [.. Probabilities.Select(Logit)])
            .Node("GlobalAveragePool", ["image"], ["means"])
            .Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Gemm", ["features", "weights", "bias"], ["logits"], ("transB", 1))
            .Node(end, ["logits"], ["scores"], end == "Softmax" ? [("axis", 1L)] : [])
            .Output("scores", [-1, classes]);
        return ResNetClassifier.Create(new ModelDefinition(model.Build()) { Profile = Plain });
    }

    private static float Logit(float probability) => MathF.Log(probability / (1 - probability));

    private static PixelView Gray() => new(Enumerable.Repeat((byte)128, 40 * 24 * 3).ToArray(), 40, 24);
}
