using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>
/// Reads the body of a request within a time limit. A canceled token would leave Kestrel unable to read the rest of the body, which it logs
/// as an error.
/// </summary>
internal sealed class TimedBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration _registration;

    public TimedBody(HttpRequest request, TimeSpan limit)
    {
        _reader = request.BodyReader;
        _limit = new CancellationTokenSource(limit);
        _registration = _limit.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), _reader);
    }

    /// <summary>Reads into memory; returns the number of bytes, 0 at the end of the body.</summary>
    /// <exception cref="TimeoutException">The time limit has passed. The rest of the body can still be read by others.</exception>
    /// <exception cref="InvalidDataException">A chunk or a trailer is malformed.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        while (true)
        {
            ReadResult result = await ReadAsync().ConfigureAwait(false);

            // A canceled read can return data too. Without this check, a client that never pauses would have no limit.
            if (_limit.IsCancellationRequested && !result.IsCompleted)
            {
                _reader.AdvanceTo(result.Buffer.Start);
                throw new TimeoutException();
            }

            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, target.Length));
            taken.CopyTo(target.Span);
            int length = (int)taken.Length;
            _reader.AdvanceTo(taken.End);
            if (length > 0 || result.IsCompleted)
            {
                return length;
            }
        }
    }

    private async ValueTask<ReadResult> ReadAsync()
    {
        try
        {
            return await _reader.ReadAsync().ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException))
        {
            // The size of a chunk is out of range.
            throw new InvalidDataException(exception.Message, exception);
        }
        catch (InvalidOperationException exception)
        {
            // A trailer has bytes that are no text.
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _limit.Dispose();
    }
}
