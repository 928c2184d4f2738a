namespace ResNet.Net.Onnx.Tests;

/// <summary>What structure finds in the zoo's files is what the catalog says of them.</summary>
public class ZooHeadTests
{
    public static TheoryData<string> Ids => [.. ZooModels.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Find_Twin_HasTheCatalogsNamesAndNumbers(string id)
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
