namespace ResNet.Net.Orleans.Tests;

public sealed class FailureReasonTests
{
    [Fact]
    public void Of_WrappedError_IsTheMessageThatSaysSomething()
    {
        IOException cause = new("The certificate has expired.");

        FailureReason.Of(new HttpRequestException("The SSL connection could not be established, see inner exception.", cause))
            .Should().Be("The certificate has expired.");
        FailureReason.Of(new HttpRequestException("An error occurred while sending the request.", cause))
            .Should().Be("The certificate has expired.");
        FailureReason.Of(new TimeoutException("No answer.", cause)).Should().Be("No answer.");
        FailureReason.Of(new ImageDecodeException(ImageDecodeFailure.Corrupt, "damaged", "/data/a.png")).Should().Be("damaged");
    }

    [Fact]
    public void Of_ControlCharacters_AreReplaced()
    {
        using TemporaryFolder folder = new();
        const string Name = "a\u001b[31m\r\n\u009b\u0007.png";
        string path = Path.Combine(folder.FullPath, Name);
        IOException error = new($"No '{path}'.\n");

        FailureReason.Of(error).Should().Be($"No '{folder.FullPath}{Path.DirectorySeparatorChar}a?[31m????.png'.");
        FailureReason.Of(error, new("folder", folder.FullPath), Name).Should().Be("No 'a?[31m????.png'.");
        FailureReason.Of(error, new("s3", "bucket"), Name).Should().Be(FailureReason.Of(error));
        FailureReason.Of(new ImageDecodeException(ImageDecodeFailure.Corrupt, "bad\tchunk", path)).Should().Be("bad?chunk");
    }

    [Theory]
    [InlineData("folder", "", "a.png", "a.png")]
    [InlineData("folder", "", "sub/a.png", "sub/a.png")]
    [InlineData("list", "list.txt", "sub/../a.png", "sub/../a.png")]
    [InlineData("list", "list.txt", "../a.png", "../a.png")]
    public void Of_PathRelativeToItsSource_StaysRelative(string kind, string location, string name, string expected)
    {
        using TemporaryFolder folder = new();
        ImageSourceDescription source = new(kind, Path.Combine(folder.FullPath, location));
        string path = Path.Combine(folder.FullPath, name);

        FailureReason.Of(new IOException($"No '{path}'."), source, name).Should().Be($"No '{expected}'.");
        FailureReason.Of(new IOException($"No '{Path.GetFullPath(path)}'."), source, name).Should().Be($"No '{expected}'.");
        FailureReason.Of(new IOException($"No '{path}'."), source, path).Should().Be($"No '{path}'.");
    }
}
