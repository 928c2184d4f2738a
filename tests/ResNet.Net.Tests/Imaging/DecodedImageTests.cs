namespace ResNet.Net.Tests;

public class DecodedImageTests
{
    [Fact]
    public void Pixels_LargerPooledArray_ReturnsOnlyThePixels()
    {
        byte[] pooled = PixelPool.Rent(100);
        pooled.AsSpan().Clear();
        pooled[17] = 9;

        using DecodedImage image = new(pooled, 3, 2, PixelFormat.Rgb24, 3, 2);

        image.Pixels.Pixels.Length.Should().Be(18);
        image.Pixels.Pixels[17].Should().Be(9);
        (image.Pixels.Width, image.Pixels.Height, image.Pixels.Format, image.Pixels.Stride).Should().Be((3, 2, PixelFormat.Rgb24, 9));
    }

    [Fact]
    public void Pixels_AfterDispose_Throws()
    {
        DecodedImage image = new(PixelPool.Rent(3), 1, 1, PixelFormat.Rgb24, 1, 1);
        image.Dispose();
        image.Dispose();

        Action view = () => _ = image.Pixels;

        view.Should().Throw<ObjectDisposedException>();
    }
}
