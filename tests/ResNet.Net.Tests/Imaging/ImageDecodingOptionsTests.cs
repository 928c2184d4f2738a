namespace ResNet.Net.Tests;

public class ImageDecodingOptionsTests
{
    [Fact]
    public void Defaults_AreTheDocumentedOnesAndValid()
    {
        ImageDecodingOptions options = new();

        options.Invoking(o => o.Validate()).Should().NotThrow();
        (options.MaxBytes, options.MaxWidth, options.MaxHeight, options.MaxPixels).Should().Be((67_108_864, 16_384, 16_384, 64_000_000));
        (options.Background, options.AllowTruncated).Should().Be(((byte)0, false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Validate_LimitBelowOne_ThrowsWithItsName(int value)
    {
        Check(new ImageDecodingOptions { MaxBytes = value }, nameof(ImageDecodingOptions.MaxBytes));
        Check(new ImageDecodingOptions { MaxWidth = value }, nameof(ImageDecodingOptions.MaxWidth));
        Check(new ImageDecodingOptions { MaxHeight = value }, nameof(ImageDecodingOptions.MaxHeight));
        Check(new ImageDecodingOptions { MaxPixels = value }, nameof(ImageDecodingOptions.MaxPixels));

        static void Check(ImageDecodingOptions options, string name)
            => options.Invoking(o => o.Validate()).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    [Fact]
    public void Validate_MostPixels_HasTheBoundaryExact()
    {
        new ImageDecodingOptions { MaxPixels = 500_000_000 }.Invoking(o => o.Validate()).Should().NotThrow();
        new ImageDecodingOptions { MaxPixels = 500_000_001 }.Invoking(o => o.Validate()).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MaxPixels");
    }

    [Fact]
    public void Validate_LargestBytesAndSides_AreValid()
        => new ImageDecodingOptions { MaxBytes = int.MaxValue, MaxWidth = int.MaxValue, MaxHeight = int.MaxValue }.Invoking(o => o.Validate()).Should().NotThrow();
}
