namespace ResNet.Net.Tests;

public class AlignedBufferTests
{
    [Fact]
    public void Create_AnyLength_IsAlignedAndZeroed()
    {
        for (int length = 1; length < 200; length += 7)
        {
            using AlignedBuffer buffer = new(length);

            (buffer.Address % AlignedBuffer.Alignment).Should().Be(0);
            buffer.Span.Length.Should().Be(length);
            buffer.Span.ContainsAnyExcept(0f).Should().BeFalse();
        }
    }

    [Fact]
    public void Span_AfterDispose_Throws()
    {
        AlignedBuffer buffer = new(4);
        buffer.Dispose();

        ((Action)(() => _ = buffer.Span.Length)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Create_LengthZero_Throws()
        => ((Action)(() => new AlignedBuffer(0).Dispose())).Should().Throw<ArgumentOutOfRangeException>();
}
