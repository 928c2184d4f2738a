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
    private const int Factor = 4;

    private readonly MemoryBudget _budget;
    private readonly List<byte[]> _rented = [];
    private readonly int _start;
    private byte[] _buffer = [];
    private int _length;
    private long _reserved;
    private int _holders = 1;

    /// <param name="budget">The memory of all bodies.</param>
    /// <param name="headerLength">The number of bytes before binary data, which is aligned for 32-bit values.</param>
    private RequestBody(MemoryBudget budget, int headerLength)
    {
        _budget = budget;
        _start = -headerLength & (sizeof(float) - 1);
    }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(_start, _length);

    /// <summary>Reads a body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="options">The limits.</param>
    /// <param name="budget">The memory of all bodies.</param>
    /// <param name="headerLength">The number of bytes before binary data, which is aligned for 32-bit values.</param>
    /// <exception cref="ServerException">The body is too large or too slow, or there is too little memory.</exception>
    /// <exception cref="BadHttpRequestException">The body is malformed.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async Task<RequestBody> ReadAsync(
        HttpContext context, ResNetServerOptions options, MemoryBudget budget, int headerLength = 0)
    {
        if (context.Request.ContentLength > options.MaxRequestBytes)
        {
            throw TooLarge(options.MaxRequestBytes);
        }

        RequestBody body = new(budget, headerLength);
        using TimedBody timed = new(context.Request, options.RequestReadTimeout);
        try
        {
            await body.ReadAsync(timed, context.Request.ContentLength, options.MaxRequestBytes).ConfigureAwait(false);
            return body;
        }
        catch (TimeoutException)
        {
            body.Dispose();
            throw new ServerException(
                StatusCodes.Status408RequestTimeout,
                $"The body did not arrive within {options.RequestReadTimeout.TotalSeconds:0.###} s.",
                RejectionReasons.SlowBody);
        }
        catch (BadHttpRequestException exception)
            when (exception.StatusCode == StatusCodes.Status400BadRequest && context.Request.ContentLength is not null)
        {
            // Nothing else can be wrong with a body of a known length.
            body.Dispose();
            throw new ServerException(
                StatusCodes.Status400BadRequest,
                $"The body ended before its {context.Request.ContentLength} bytes.",
                RejectionReasons.ClientGone);
        }
        catch (InvalidDataException)
        {
            body.Dispose();
            throw ServerException.Invalid("The body of the request is malformed.");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Creates the exception for a body over the limit.</summary>
    public static ServerException TooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The body of the request exceeds {limit} bytes. Send a smaller image, or fewer images per request.",
        RejectionReasons.TooLarge);

    /// <summary>Returns further memory, which is released together with the body.</summary>
    /// <exception cref="ServerException">There is too little memory.</exception>
    public Memory<byte> Rent(long length)
    {
        if (length > Array.MaxLength)
        {
            throw new ServerException(
                StatusCodes.Status413PayloadTooLarge, "The request has too many values. Send fewer images.", RejectionReasons.TooLarge);
        }

        Reserve(length);
        _rented.Add(ArrayPool<byte>.Shared.Rent((int)length));
        return _rented[^1].AsMemory(0, (int)length);
    }

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
            _rented.ForEach(static buffer => ArrayPool<byte>.Shared.Return(buffer));
            _rented.Clear();
        }
    }

    /// <summary>Ends the request.</summary>
    public void Dispose() => Release();

    private void Reserve(long bytes)
    {
        _budget.Reserve(bytes);
        _reserved += bytes;
    }

    private async Task ReadAsync(TimedBody source, long? announced, int limit)
    {
        while (true)
        {
            if (_start + _length >= _buffer.Length)
            {
                Grow(announced, limit);
            }

            int read = await source.ReadAsync(_buffer.AsMemory(_start + _length)).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length > limit)
            {
                throw TooLarge(limit);
            }
        }
    }

    /// <summary>Enlarges the buffer fourfold, up to the announced length or the limit.</summary>
    private void Grow(long? announced, int limit)
    {
        // One byte more than the body shows its end without another enlargement.
        long end = _start + Math.Min(announced ?? limit, limit) + 1;
        long size = Math.Min(Math.Max(FirstBytes, Factor * (long)_buffer.Length), end);
        size = size > _buffer.Length ? size : 2L * _buffer.Length;
        Reserve(Math.Min(size, limit) - _reserved);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)size);
        _buffer.AsSpan(Math.Min(_start, _buffer.Length)).CopyTo(larger.AsSpan(_start));
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
