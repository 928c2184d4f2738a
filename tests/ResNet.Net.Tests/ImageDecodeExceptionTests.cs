namespace ResNet.Net.Tests;

public class ImageDecodeExceptionTests
{
    [Fact]
    public void Constructor_WithPath_PutsItBeforeTheMessage()
    {
        InvalidOperationException cause = new("cause");

        ImageDecodeException exception = new(ImageDecodeFailure.Corrupt, "is damaged", "cat.png", cause);

        (exception.Failure, exception.Path, exception.Reason, exception.Message).Should().Be((ImageDecodeFailure.Corrupt, "cat.png", "is damaged", "cat.png: is damaged"));
        exception.InnerException.Should().BeSameAs(cause);
    }

    [Fact]
    public void Constructor_WithoutPath_KeepsTheMessage()
    {
        ImageDecodeException exception = new(ImageDecodeFailure.Empty, "has 0 bytes");

        (exception.Failure, exception.Path, exception.Message).Should().Be((ImageDecodeFailure.Empty, null, "has 0 bytes"));
        exception.Should().BeAssignableTo<ResNetException>();
    }
}
