namespace ResNet.Net.Tests;

public class ModelSourceTests
{
    [Theory]
    [InlineData("https://models.example.com", "https://models.example.com/resnet18-v1-7.onnx")]
    [InlineData("https://models.example.com/a/", "https://models.example.com/a/resnet18-v1-7.onnx")]
    [InlineData("http://10.0.0.1:81/{id}/{file}?raw=1", "http://10.0.0.1:81/resnet18-v1-7/resnet18-v1-7.onnx?raw=1")]
    public void Mirror_Address_GivesTheAddressOfTheFile(string mirror, string expected)
        => ModelSource.Mirror(mirror).GetAddress(ResNetVariant.ResNet18V1).AbsoluteUri.Should().Be(expected);

    [Theory]
    [InlineData("")]
    [InlineData("models.example.com")]
    [InlineData("/models")]
    [InlineData("ftp://models.example.com")]
    [InlineData("file:///models")]
    public void Mirror_NoHttpAddress_Throws(string address)
        => ((Action)(() => ModelSource.Mirror(address))).Should().Throw<ArgumentException>();

    [Fact]
    public void ToString_MirrorWithPassword_OmitsIt()
    {
        ModelSource mirror = ModelSource.Mirror("https://me:secret@models.example.com/");

        $"{mirror} {mirror.Name}".Should().Be("mirror models.example.com mirror models.example.com");
    }

    [Fact]
    public void PublicSources_EveryVariant_HasTheFileName()
    {
        foreach (ResNetVariant variant in ResNetVariant.All.Where(v => v.TestData is not null))
        {
            ModelSource.HuggingFace.GetAddress(variant).AbsoluteUri.Should()
                .Be($"https://huggingface.co/onnxmodelzoo/{variant.Id}/resolve/main/{variant.FileName}");
            ModelSource.GitHub.GetAddress(variant).AbsoluteUri.Should().EndWith($"/resnet/model/{variant.FileName}");
        }
    }
}
