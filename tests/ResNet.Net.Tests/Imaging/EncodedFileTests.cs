namespace ResNet.Net.Tests;

public class EncodedFileTests
{
    public static TheoryData<int> Lengths => [0, 1, 2, 1023, 65_535, 65_536, 65_537, 200_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Read_AnyLengthAndStream_ReturnsTheBytes(int length)
    {
        byte[] bytes = Bytes(length);

        using EncodedFile seekable = EncodedFile.Read(new MemoryStream(bytes), int.MaxValue, null);
        using EncodedFile drip = EncodedFile.Read(new DripStream(bytes), 1_000_000, null);
        using EncodedFile seekableAsync = await EncodedFile.ReadAsync(new MemoryStream(bytes), int.MaxValue, null, default);
        using EncodedFile dripAsync = await EncodedFile.ReadAsync(new DripStream(bytes), 1_000_000, null, default);

        seekable.Span.SequenceEqual(bytes).Should().BeTrue();
        drip.Span.SequenceEqual(bytes).Should().BeTrue();
        seekableAsync.Span.SequenceEqual(bytes).Should().BeTrue();
        dripAsync.Span.SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(70_000)]
    public async Task Read_OneByteAtATime_ThrowsAboveTheLimit(int length)
    {
        byte[] bytes = Bytes(length);

        using EncodedFile exact = EncodedFile.Read(new DripStream(bytes, most: 1), length, null);
        using EncodedFile exactAsync = await EncodedFile.ReadAsync(new DripStream(bytes, most: 1), length, null, default);
        Action over = () => EncodedFile.Read(new DripStream([.. bytes, 7], most: 1), length, "name.jpg").Dispose();
        Func<Task> overAsync = async ()
            => (await EncodedFile.ReadAsync(new DripStream([.. bytes, 7], most: 1), length, "name.jpg", default)).Dispose();

        exact.Span.SequenceEqual(bytes).Should().BeTrue();
        exactAsync.Span.SequenceEqual(bytes).Should().BeTrue();
        ShouldBeTooLarge(over.Should().ThrowExactly<ImageDecodeException>().Which, $"more than {length} bytes", length);
        ShouldBeTooLarge((await overAsync.Should().ThrowExactlyAsync<ImageDecodeException>()).Which, $"more than {length} bytes", length);
    }

    [Fact]
    public async Task Read_SeekableStream_ThrowsAboveTheLimitBeforeReading()
    {
        byte[] bytes = Bytes(100);

        using EncodedFile exact = EncodedFile.Read(new MemoryStream(bytes), 100, null);
        using MemoryStream longer = new(Bytes(101));
        Action over = () => EncodedFile.Read(longer, 100, "name.jpg").Dispose();
        Func<Task> overAsync = async () => (await EncodedFile.ReadAsync(longer, 100, "name.jpg", default)).Dispose();

        exact.Span.SequenceEqual(bytes).Should().BeTrue();
        ShouldBeTooLarge(over.Should().ThrowExactly<ImageDecodeException>().Which, "101 bytes", 100);
        ShouldBeTooLarge((await overAsync.Should().ThrowExactlyAsync<ImageDecodeException>()).Which, "101 bytes", 100);
        longer.Position.Should().Be(0);
    }

    [Fact]
    public void Read_SeekableStreamWithPosition_ReturnsTheRest()
    {
        using MemoryStream stream = new(Bytes(100)) { Position = 60 };

        using EncodedFile file = EncodedFile.Read(stream, 40, null);

        file.Span.SequenceEqual(Bytes(100).AsSpan(60)).Should().BeTrue();
    }

    [Fact]
    public void Read_SeekableStreamBeyondItsEnd_ReturnsNoBytes()
    {
        using MemoryStream stream = new(Bytes(10)) { Position = 60 };

        using EncodedFile file = EncodedFile.Read(stream, 40, null);

        file.Span.Length.Should().Be(0);
    }

    [Fact]
    public async Task Read_StreamThatGrows_ReturnsAllBytesUpToTheLimit()
    {
        byte[] bytes = Bytes(50_000);

        using EncodedFile grown = EncodedFile.Read(new MisleadingStream(bytes, claimed: 10), 50_000, null);
        using EncodedFile grownAsync = await EncodedFile.ReadAsync(new MisleadingStream(bytes, claimed: 10), 50_000, null, default);
        Action over = () => EncodedFile.Read(new MisleadingStream(bytes, claimed: 10), 49_999, "name.jpg").Dispose();

        grown.Span.SequenceEqual(bytes).Should().BeTrue();
        grownAsync.Span.SequenceEqual(bytes).Should().BeTrue();
        ShouldBeTooLarge(over.Should().ThrowExactly<ImageDecodeException>().Which, "more than 49999 bytes", 49_999);
    }

    [Fact]
    public void Read_StreamThatShrinks_ReturnsTheAvailableBytes()
    {
        byte[] bytes = Bytes(10);

        using EncodedFile file = EncodedFile.Read(new MisleadingStream(bytes, claimed: 1_000), 5_000, null);

        file.Span.SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(long.MaxValue)]
    public void Read_StreamLongerThanAnyArray_ThrowsTooLarge(long claimed)
    {
        Action read = () => EncodedFile.Read(new MisleadingStream([], claimed), int.MaxValue, "name.jpg").Dispose();

        ImageDecodeException exception = read.Should().ThrowExactly<ImageDecodeException>().Which;
        exception.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        exception.Message.Should().Contain($"{claimed} bytes");
    }

    [Fact]
    public async Task Read_File_ReturnsItsBytes()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = Bytes(1_000);
        string path = folder.Write("image.bin", bytes);

        using EncodedFile file = EncodedFile.Read(path, 1_000);
        using EncodedFile fileAsync = await EncodedFile.ReadAsync(path, 1_000, default);
        Action over = () => EncodedFile.Read(path, 999).Dispose();

        file.Span.SequenceEqual(bytes).Should().BeTrue();
        fileAsync.Span.SequenceEqual(bytes).Should().BeTrue();
        ImageDecodeException exception = over.Should().ThrowExactly<ImageDecodeException>().Which;
        exception.Path.Should().Be(path);
        exception.Message.Should().Contain(path).And.ContainAll("1000 bytes", "limit is 999");
    }

    [Fact]
    public async Task Read_EmptyFile_ReturnsNoBytes()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("empty.jpg", "");

        using EncodedFile file = EncodedFile.Read(path, 1);
        using EncodedFile fileAsync = await EncodedFile.ReadAsync(path, 1, default);

        file.Span.Length.Should().Be(0);
        fileAsync.Span.Length.Should().Be(0);
    }

    [Fact]
    public async Task Read_InvalidPath_ThrowsLikeTheBaseClassLibrary()
    {
        using TemporaryFolder folder = new();
        string missing = Path.Combine(folder.FullPath, "missing.jpg");
        string missingFolder = Path.Combine(folder.FullPath, "missing", "missing.jpg");

        await ShouldThrow<FileNotFoundException>(missing);
        await ShouldThrow<DirectoryNotFoundException>(missingFolder);
        await ShouldThrow<UnauthorizedAccessException>(folder.FullPath);
        await ShouldThrow<ArgumentException>(" ");
        await ShouldThrow<ArgumentNullException>(null!);
    }

    [Fact]
    public async Task Read_NullStream_ThrowsArgumentNull()
    {
        Action read = () => EncodedFile.Read((Stream)null!, 1, null).Dispose();
        Func<Task> readAsync = async () => (await EncodedFile.ReadAsync((Stream)null!, 1, null, default)).Dispose();

        read.Should().Throw<ArgumentNullException>().WithParameterName("stream");
        await readAsync.Should().ThrowAsync<ArgumentNullException>().WithParameterName("stream");
    }

    [Fact]
    public async Task ReadAsync_Canceled_ThrowsOperationCanceled()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("image.bin", Bytes(10));

        CancellationToken canceled = new(canceled: true);
        Func<Task> stream = async () => (await EncodedFile.ReadAsync(new MemoryStream(Bytes(10)), 100, null, canceled)).Dispose();
        Func<Task> file = async () => (await EncodedFile.ReadAsync(path, 100, canceled)).Dispose();

        await stream.Should().ThrowAsync<OperationCanceledException>();
        await file.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Span_AfterDispose_Throws()
    {
        EncodedFile file = EncodedFile.Read(new MemoryStream(Bytes(10)), 100, null);
        file.Dispose();
        file.Dispose();

        Action span = () => _ = file.Span;

        span.Should().Throw<ObjectDisposedException>();
    }

    private static async Task ShouldThrow<TException>(string path)
        where TException : Exception
    {
        Action read = () => EncodedFile.Read(path, 100).Dispose();
        Func<Task> readAsync = async () => (await EncodedFile.ReadAsync(path, 100, default)).Dispose();
        read.Should().ThrowExactly<TException>();
        await readAsync.Should().ThrowExactlyAsync<TException>();
    }

    private static void ShouldBeTooLarge(ImageDecodeException exception, string length, int limit)
    {
        exception.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        exception.Path.Should().Be("name.jpg");
        exception.Message.Should().ContainAll("name.jpg", length, $"limit is {limit}", "MaxBytes");
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Represents a stream with a wrong length, like a file that another process writes to.</summary>
    private sealed class MisleadingStream(byte[] bytes, long claimed) : MemoryStream(bytes)
    {
        public override long Length => claimed;
    }
}
