using ResNet.Net.Internals.Models;

namespace ResNet.Net.Tests.Internals.Models;

public class VariantFileTests
{
    // The embedded model's bytes stand in for a zoo file: the finder asks for nothing but name, size and hash.
    private static readonly ResNetVariant Variant = ResNetVariant.Cifar10ResNet20;

    [Theory]
    [InlineData("resnet20-cifar10.onnx")]
    [InlineData("resnet20-cifar10/resnet20-cifar10.onnx")]
    public void Find_RightBytes_GivesTheFile(string name)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(name, ModelBytes());

        VariantFile.Find(Variant, folder.FullPath).Should().Be(Path.GetFullPath(path));
    }

    [Fact]
    public void Find_OneBitWrong_SaysBothHashes()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = ModelBytes();
        bytes[^1] ^= 1;
        string path = folder.Write(Variant.FileName, bytes);

        ModelVerificationException exception = ((Action)(() => VariantFile.Find(Variant, folder.FullPath))).Should().Throw<ModelVerificationException>().Which;

        exception.Path.Should().Be(path);
        exception.ExpectedSha256.Should().Be(Variant.Sha256);
        exception.ActualSha256.Should().HaveLength(64).And.NotBe(Variant.Sha256);
        exception.Message.Should().Contain(exception.ActualSha256).And.Contain(Variant.Sha256);
    }

    [Fact]
    public void Find_WrongLength_IsNotHashed()
    {
        using TemporaryFolder folder = new();
        folder.Write(Variant.FileName, "version https://git-lfs.github.com/spec/v1\n");

        ((Action)(() => VariantFile.Find(Variant, folder.FullPath))).Should().Throw<ModelVerificationException>()
            .Where(e => e.ActualSha256 == null).WithMessage($"*43 bytes instead of {Variant.Bytes}*");
    }

    [Fact]
    public void Find_WrongFileBesideRightOne_TakesTheRightOne()
    {
        using TemporaryFolder folder = new();
        folder.Write(Variant.FileName, "wrong");
        string right = folder.Write($"{Variant.Id}/{Variant.FileName}", ModelBytes());

        VariantFile.Find(Variant, folder.FullPath).Should().Be(Path.GetFullPath(right));
    }

    [Fact]
    public void Find_NoFile_SaysWhereItLookedAndHowToGetIt()
    {
        using TemporaryFolder folder = new();

        ((Action)(() => VariantFile.Find(ResNetVariant.ResNet50V1, folder.FullPath))).Should().Throw<ModelUnavailableException>()
            .Where(e => e.ModelId == "resnet50-v1-7")
            .WithMessage($"*{Path.Combine(folder.FullPath, "resnet50-v1-7.onnx")}*no such file*RESNET_NET_MODELS*");
    }

    private static byte[] ModelBytes()
    {
        using Stream stream = typeof(ResNetVariant).Assembly.GetManifestResourceStream(Variant.FileName)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
