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
    public async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync().ConfigureAwait(false);
            int length = (int)Math.Min(result.Buffer.Length, target.Length);
            bool isEnd = result.IsCompleted && result.Buffer.IsEmpty;
            SequencePosition end = result.Buffer.GetPosition(length);
            int position = 0;
            foreach (ReadOnlyMemory<byte> segment in result.Buffer.Slice(0, end))
            {
                segment.CopyTo(target[position..]);
                position += segment.Length;
            }

            _reader.AdvanceTo(end);
            if (length > 0 || isEnd)
            {
                return length;
            }

            if (result.IsCanceled)
            {
                throw new TimeoutException();
            }
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _limit.Dispose();
    }
}
