using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>Which decoder RESNET_NET_LIBTURBOJPEG leads to. Changes the process's environment: alone.</summary>
[Collection(nameof(Alone))]
public class ImageDecodersTests
{
    private const string Variable = "RESNET_NET_LIBTURBOJPEG";

    [Theory]
    [InlineData("none")]
    [InlineData("OFF")]
    public void Create_TurnedOff_IsLibvipsAlone(string value)
    {
        using TemporaryVariable variable = new(Variable, value);

        ImageDecoders.Create().Should().BeOfType<VipsDecoder>();
    }

    [Fact]
    public void Create_VariableNamesNothing_ThrowsAndNamesPathAndRemedy()
    {
        string path = Path.GetFullPath("missing/libturbojpeg.so.0");
        using TemporaryVariable variable = new(Variable, path);

        Action create = () => ImageDecoders.Create();

        create.Should().ThrowExactly<NativeLibraryException>().WithMessage($"*libturbojpeg could not be loaded*{path} ({Variable}): no such file*set it to none*").Which.Library.Should().Be("libturbojpeg");
    }

    [Fact]
    public void Create_VariableNamesAnotherLibrary_ThrowsAndSaysWhatItLacks()
    {
        using TemporaryVariable variable = new(Variable, ResNet.Net.Internals.Imaging.Interop.VipsApi.Instance.LibraryPath);

        Action create = () => ImageDecoders.Create();

        create.Should().ThrowExactly<NativeLibraryException>().WithMessage("*loads, but does not export tjGetErrorCode*");
    }

    [TurboJpegFact]
    public void Create_Found_IsLibturbojpegBeforeLibvips()
        => ImageDecoders.Create().Should().BeOfType<TurboJpegDecoder>();

    [Fact]
    public void Shared_AnyTime_IsTheSame()
        => ImageDecoders.Shared.Should().BeSameAs(ImageDecoders.Shared).And.BeAssignableTo<IImageDecoder>();
}
