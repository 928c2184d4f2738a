using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server.Tests;

/// <summary>Tests who holds the memory of a request, and what counts as such.</summary>
public sealed class RequestMemoryTests
{
    private const int Length = 200_000;

    private readonly ResNetServerOptions _options = new() { MaxRequestBytes = 1 << 20, MaxBufferedBytes = 1 << 20 };
    private readonly MemoryBudget _budget;

    public RequestMemoryTests() => _budget = new MemoryBudget(Options.Create(_options));

    [Theory]
    [InlineData(Length, 0)]
    [InlineData(Length, 1)]
    [InlineData(null, 2)]
    [InlineData(null, 3)]
    public async Task Body_OfAnyHeaderLength_IsReadAndItsBinaryDataAligned(int? announced, int headerLength)
    {
        byte[] content = new byte[Length];
        new Random(1).NextBytes(content);

        using RequestBody body = await ReadAsync(content, announced, headerLength);

        body.Memory.ToArray().Should().Equal(content);
        MemoryMarshal.TryGetArray(body.Memory[headerLength..], out ArraySegment<byte> binary).Should().BeTrue();
        (binary.Offset % sizeof(float)).Should().Be(0, "arrays are aligned");
    }

    [Fact]
    public async Task Body_AsLongAsTheLimit_IsRead()
    {
        using RequestBody body = await ReadAsync(new byte[_options.MaxRequestBytes], null, 3);

        body.Memory.Length.Should().Be(_options.MaxRequestBytes);
        _budget.Used.Should().Be(_options.MaxBufferedBytes);
    }

    [Fact]
    public async Task Body_LongerThanTheLimit_IsTooLarge()
    {
        Func<Task> read = () => ReadAsync(new byte[_options.MaxRequestBytes + 1], null, 0);

        (await read.Should().ThrowAsync<ServerException>()).Which.Status.Should().Be(StatusCodes.Status413PayloadTooLarge);
        _budget.Used.Should().Be(0);
    }

    [Fact]
    public async Task Rent_CountsAsMemoryOfTheBody_UntilTheLastHolderReleases()
    {
        RequestBody body = await ReadAsync(new byte[Length], Length, 0);
        long before = _budget.Used;
        body.Rent(1000).Length.Should().Be(1000);
        _budget.Used.Should().Be(before + 1000);

        body.TryHold().Should().BeTrue();
        body.Dispose();
        _budget.Used.Should().Be(before + 1000, "an image still holds the memory");
        body.Release();

        _budget.Used.Should().Be(0);
        body.TryHold().Should().BeFalse();
    }

    [Fact]
    public async Task Rent_MoreThanTheBudget_IsRejected()
    {
        using RequestBody body = await ReadAsync(new byte[Length], Length, 0);
        long before = _budget.Used;

        Action rent = () => body.Rent(_options.MaxBufferedBytes);

        rent.Should().Throw<ServerException>().Which.Status.Should().Be(StatusCodes.Status429TooManyRequests);
        _budget.Used.Should().Be(before);
    }

    [Fact]
    public async Task GrpcReader_CountsEachByteOnce_UntilTheRequestEnds()
    {
        Pipe pipe = new();
        MessageReader reader = new(pipe.Reader, _budget);
        await pipe.Writer.WriteAsync(new byte[100]);
        ReadResult first = await reader.ReadAsync();
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        await pipe.Writer.WriteAsync(new byte[50]);
        ReadResult second = await reader.ReadAsync();
        second.Buffer.Length.Should().Be(150);
        _budget.Used.Should().Be(150);
        reader.AdvanceTo(second.Buffer.GetPosition(120));
        reader.TryRead(out ReadResult third).Should().BeTrue();
        third.Buffer.Length.Should().Be(30);
        _budget.Used.Should().Be(150);

        reader.ReleaseMemory();

        _budget.Used.Should().Be(0);
    }

    [Fact]
    public async Task GrpcReader_OverTheBudget_IsResourceExhausted()
    {
        _budget.Reserve(_options.MaxBufferedBytes - 10);
        MessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(new byte[11])), _budget);

        Func<Task> read = async () => await reader.ReadAsync();

        (await read.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        reader.ReleaseMemory();
        _budget.Used.Should().Be(_options.MaxBufferedBytes - 10);
    }

    [Theory]
    [InlineData(new byte[] { 2 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 9, 255 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 9, 9, 3, 0, 0 })]
    public async Task GrpcReader_MessageWithUnknownFlag_IsInvalidArgument(byte[] body)
    {
        foreach (int split in Enumerable.Range(1, body.Length))
        {
            Pipe pipe = new();
            MessageReader reader = new(pipe.Reader, null);
            async Task ReadAsync()
            {
                foreach (byte[] part in (byte[][])[body[..split], body[split..]])
                {
                    await pipe.Writer.WriteAsync(part);
                    if (reader.TryRead(out ReadResult result))
                    {
                        reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                    }
                }
            }

            (await ((Func<Task>)ReadAsync).Should().ThrowAsync<RpcException>($"split at {split}")).Which.Status
                .Should().Be(new Status(StatusCode.InvalidArgument, "The message is malformed."));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0x80, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 9, 1, 0xFF, 0xFF, 0xFF, 0xFF, 7 })]
    public async Task GrpcReader_LengthOf32Bits_IsResourceExhausted(byte[] body)
    {
        MessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(body)), null);

        (await FluentActions.Awaiting(async () => await reader.ReadAsync()).Should().ThrowAsync<RpcException>())
            .Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task GrpcReader_MessagesWithKnownFlags_ArePassedOn()
    {
        byte[] body = [1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 9, 9, 0, 0x7F, 0xFF, 0xFF, 0xFF, 5];
        MessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(body)), null);

        ReadResult result = await reader.ReadAsync();

        result.Buffer.ToArray().Should().Equal(body);
    }

    private Task<RequestBody> ReadAsync(byte[] content, int? announced, int headerLength)
    {
        DefaultHttpContext context = new();
        context.Request.Body = new MemoryStream(content);
        context.Request.ContentLength = announced;
        return RequestBody.ReadAsync(context, _options, _budget, headerLength);
    }
}
