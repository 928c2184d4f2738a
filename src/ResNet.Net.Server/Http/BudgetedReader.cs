using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace ResNet.Net.Server;

/// <summary>Counts the bytes that gRPC reads from a body against the memory of all bodies, without copying them.</summary>
internal sealed class BudgetedReader(PipeReader body, MemoryBudget budget) : PipeReader, IRequestBodyPipeFeature
{
    private ReadOnlySequence<byte> _buffer;
    private long _consumed;
    private long _reserved;
    private bool _hasStarted;

    public PipeReader Reader => this;

    /// <summary>Releases the memory when the request ends.</summary>
    public void ReleaseMemory()
    {
        budget.Release(_reserved);
        _reserved = 0;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
        Count(result);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        bool succeeded = body.TryRead(out result);
        if (succeeded)
        {
            Count(result);
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

    /// <summary>Reserves memory for the bytes that have arrived since the last read.</summary>
    private void Count(ReadResult result)
    {
        _buffer = result.Buffer;
        if (!_hasStarted && !_buffer.IsEmpty)
        {
            // A message begins with 0, or 1 if it is compressed. Other values would be logged as errors.
            _hasStarted = true;
            if (new SequenceReader<byte>(_buffer).TryPeek(out byte first) && first > 1)
            {
                body.AdvanceTo(_buffer.Start);
                throw new RpcException(new Status(StatusCode.InvalidArgument, "The message is malformed."));
            }
        }

        long arrived = _consumed + _buffer.Length - _reserved;
        if (arrived <= 0)
        {
            return;
        }

        try
        {
            budget.Reserve(arrived);
        }
        catch (ServerException exception)
        {
            body.AdvanceTo(_buffer.Start);
            throw GrpcStatuses.ToException(Failure.Of(exception));
        }

        _reserved += arrived;
    }
}
