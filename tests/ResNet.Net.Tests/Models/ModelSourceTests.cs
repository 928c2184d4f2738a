namespace ResNet.Net.Tests;

public class ModelSourceTests
{
    [Theory]
    [InlineData("https://models.example.com", "https://models.example.com/resnet18-v1-7.onnx")]
    [InlineData("https://models.example.com/a/", "https://models.example.com/a/resnet18-v1-7.onnx")]
    [InlineData("http://10.0.0.1:81/{id}/{file}?raw=1", "http://10.0.0.1:81/resnet18-v1-7/resnet18-v1-7.onnx?raw=1")]
    public void Mirror_Address_GivesTheAddressOfTheFile(string mirror, string expected)
        => ModelSource.Mirror(mirror).GetAddress(ResNetVariant.ResNet18V1, ResNetVariant.ResNet18V1.Files[0])!.AbsoluteUri
            .Should().Be(expected);

    [Theory]
    [InlineData("https://models.example.com/a/", "https://models.example.com/a/resnet50-caffe2/init_net.pb")]
    [InlineData("http://10.0.0.1:81/{file}?raw=1", "http://10.0.0.1:81/init_net.pb?raw=1")]
    public void Mirror_FileOfCaffe2_IsInTheFolderOfItsVariant(string mirror, string expected)
        => ModelSource.Mirror(mirror)
            .GetAddress(ResNetVariant.ResNet50Caffe2Float, ResNetVariant.ResNet50Caffe2Float.Files[0])!.AbsoluteUri.Should().Be(expected);

    [Fact]
    public void PublicSources_FileOfCaffe2_IsOnGitHubOnly()
    {
        ResNetVariant variant = ResNetVariant.ResNet50Caffe2Float;

        variant.Files.Should().OnlyContain(f => ModelSource.HuggingFace.GetAddress(variant, f) == null);
        variant.Files.Select(f => ModelSource.GitHub.GetAddress(variant, f)!.AbsoluteUri).Should().Equal(
            "https://media.githubusercontent.com/media/facebookarchive/models/master/resnet50/init_net.pb",
            "https://media.githubusercontent.com/media/facebookarchive/models/master/resnet50/predict_net.pb");
    }

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
            ModelSource.HuggingFace.GetAddress(variant, variant.Files[0])!.AbsoluteUri.Should()
                .Be($"https://huggingface.co/onnxmodelzoo/{variant.Id}/resolve/main/{variant.Files[0].Name}");
            ModelSource.GitHub.GetAddress(variant, variant.Files[0])!.AbsoluteUri
                .Should().EndWith($"/resnet/model/{variant.Files[0].Name}");
        }
    }
}
