using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>
/// Represents the body of a request in pooled memory, which grows with what has arrived, not with what is announced. The request and every
/// image that is being processed hold it; the last one returns the memory.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 64 << 10;

    private readonly MemoryBudget _budget;
    private byte[] _buffer = [];
    private int _length;
    private int _reserved;
    private int _holders = 1;

    private RequestBody(MemoryBudget budget) => _budget = budget;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="options">The limits.</param>
    /// <param name="budget">The memory of all bodies.</param>
    /// <exception cref="ServerException">The body is too large or too slow, or there is too little memory.</exception>
    /// <exception cref="BadHttpRequestException">The body is malformed.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, ResNetServerOptions options, MemoryBudget budget)
    {
        if (context.Request.ContentLength > options.MaxRequestBytes)
        {
            throw TooLarge(options.MaxRequestBytes);
        }

        RequestBody body = new(budget);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(options.RequestReadTimeout);
        try
        {
            await body.ReadAsync(context.Request.Body, options.MaxRequestBytes, limit.Token).ConfigureAwait(false);
            return body;
        }
        catch (Exception exception)
        {
            body.Dispose();
            if (exception is OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
            {
                throw new ServerException(
                    StatusCodes.Status408RequestTimeout,
                    $"The body did not arrive within {options.RequestReadTimeout.TotalSeconds:0.###} s.",
                    RejectionReasons.SlowBody);
            }

            throw;
        }
    }

    /// <summary>Creates the exception for a body over the limit.</summary>
    public static ServerException TooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The body of the request exceeds {limit} bytes. Send a smaller image, or fewer images per request.",
        RejectionReasons.TooLarge);

    /// <summary>Holds the memory until <see cref="Release"/>; returns false if it has been returned.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int before = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (before == holders)
            {
                return true;
            }

            holders = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _budget.Release(_reserved);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Ends the request.</summary>
    public void Dispose() => Release();

    private async Task ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        while (_length < limit)
        {
            if (_length == _buffer.Length)
            {
                Grow(limit);
            }

            int read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _length += read;
        }

        if (_length > limit || await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0)
        {
            throw TooLarge(limit);
        }
    }

    /// <summary>Doubles the buffer, up to the limit.</summary>
    private void Grow(int limit)
    {
        int size = (int)Math.Min(Math.Max(FirstBytes, 2L * _buffer.Length), limit);
        _budget.Reserve(size - _reserved);
        _reserved = size;
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
