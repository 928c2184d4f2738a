using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace ResNet.Net.Server;

/// <summary>
/// Checks the frames of messages that gRPC reads from a body, and counts their bytes against the memory of all bodies, without
/// copying them.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="budget">The memory of all bodies; null if the size of a message is limited to a few kilobytes.</param>
internal sealed class MessageReader(PipeReader body, MemoryBudget? budget) : PipeReader, IRequestBodyPipeFeature
{
    // A flag and the length in four bytes.
    private const int HeaderLength = 5;

    // As gRPC answers lengths above its limit.
    private static readonly Status TooLong = new(
        StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size.");

    private ReadOnlySequence<byte> _buffer;
    private long _consumed;
    private long _reserved;
    private long _nextMessage;

    public PipeReader Reader => this;

    /// <summary>Releases the memory when the request ends.</summary>
    public void ReleaseMemory()
    {
        budget?.Release(_reserved);
        _reserved = 0;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
        Check(result);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        bool succeeded = body.TryRead(out result);
        if (succeeded)
        {
            Check(result);
        }

        return succeeded;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _buffer.Slice(0, consumed).Length;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => body.CompleteAsync(exception);

    private void Check(ReadResult result)
    {
        _buffer = result.Buffer;
        try
        {
            CheckFrames();
            Count();
        }
        catch (RpcException)
        {
            body.AdvanceTo(_buffer.Start);
            throw;
        }
    }

    /// <summary>
    /// A message begins with 0, or 1 if it is compressed, and a length of 31 bits. Other values would be logged as errors.
    /// </summary>
    private void CheckFrames()
    {
        while (_nextMessage < _consumed + _buffer.Length)
        {
            SequenceReader<byte> frame = new(_buffer.Slice(_nextMessage - _consumed));
            if (frame.TryRead(out byte flag) && flag > 1)
            {
                throw new RpcException(InferenceBinding.Malformed);
            }

            if (!frame.TryReadBigEndian(out int length))
            {
                return;
            }

            if (length < 0)
            {
                throw new RpcException(TooLong);
            }

            _nextMessage += HeaderLength + (long)length;
        }
    }

    /// <summary>Reserves memory for the bytes that have arrived since the last read.</summary>
    private void Count()
    {
        long arrived = _consumed + _buffer.Length - _reserved;
        if (arrived <= 0 || budget is null)
        {
            return;
        }

        try
        {
            budget.Reserve(arrived);
        }
        catch (ServerException exception)
        {
            throw GrpcStatuses.ToException(Failure.Of(exception));
        }

        _reserved += arrived;
    }
}
