using Grpc.Core;

namespace ResNet.Net.Server;

/// <summary>Counts the bytes that gRPC reads from a body against the memory of all bodies.</summary>
internal sealed class BudgetedStream(Stream body, MemoryBudget budget) : Stream
{
    private long _reserved;
    private bool _hasStarted;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Releases the memory when the request ends.</summary>
    public void ReleaseMemory() => budget.Release(Interlocked.Exchange(ref _reserved, 0));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (!_hasStarted && read > 0)
        {
            // A message begins with 0, or 1 if it is compressed. Other values would be logged as errors.
            _hasStarted = true;
            if (buffer.Span[0] > 1)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "The message is malformed."));
            }
        }

        try
        {
            budget.Reserve(read);
        }
        catch (ServerException exception)
        {
            throw GrpcStatuses.ToException(Failure.Of(exception));
        }

        _ = Interlocked.Add(ref _reserved, read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
