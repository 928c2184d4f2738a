namespace ResNet.Net.Onnx.Tests;

/// <summary>Compares the heads that are found in the synthetic models with the catalog.</summary>
public class ZooModelsHeadTests
{
    public static TheoryData<string> Ids => [.. ZooModels.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Find_SyntheticModel_MatchesTheCatalog(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);

        ClassifierHead head = ClassifierHead.Find(ZooModels.Build(id), variant.OutputName);

        (head.FeatureCount, head.ClassCount).Should().Be((variant.FeatureSize, variant.Labels.Count));
        if (variant.FeatureName is string name)
        {
            head.FeatureNames.Should().Contain(name);
        }
        else
        {
            head.FeatureNames.Should().HaveCountGreaterThan(1);
        }
    }
}
