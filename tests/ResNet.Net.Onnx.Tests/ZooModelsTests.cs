namespace ResNet.Net.Onnx.Tests;

public sealed class ZooModelsTests
{
    public static TheoryData<string> Ids => [.. ZooModels.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Build_MxnetFile_HasItsBytes(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);
        if (variant.Opset != 7)
        {
            return;
        }

        OnnxModel model = ZooModels.Build(id);

        model.Check().Should().BeEmpty();
        ((long)model.CalculateSize()).Should().Be(variant.Bytes);
    }

    [Fact]
    public void Build_UnknownId_NamesThoseThereAre()
    {
        Action build = () => ZooModels.Build("resnet51");

        build.Should().Throw<ArgumentException>().WithMessage("*resnet51*resnet50-v1-7*");
    }
}
