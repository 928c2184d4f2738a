using System.Buffers;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

public class DecodedImageTests
{
    [Fact]
    public void View_LargerPooledArray_ShowsOnlyThePixels()
    {
        byte[] pooled = ArrayPool<byte>.Shared.Rent(100);
        pooled.AsSpan().Clear();
        pooled[17] = 9;

        using DecodedImage image = new(pooled, 3, 2);

        image.View.Pixels.Length.Should().Be(18);
        image.View.Pixels[17].Should().Be(9);
        (image.View.Width, image.View.Height, image.View.Format, image.View.Stride).Should().Be((3, 2, PixelFormat.Rgb24, 9));
    }

    [Fact]
    public void View_AfterDisposal_Throws()
    {
        DecodedImage image = new(ArrayPool<byte>.Shared.Rent(3), 1, 1);
        image.Dispose();
        image.Dispose();

        Action view = () => _ = image.View;

        view.Should().Throw<ObjectDisposedException>();
    }
}
