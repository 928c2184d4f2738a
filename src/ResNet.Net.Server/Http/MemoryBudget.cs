using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Bounds the memory of all request bodies together. Thread-safe.</summary>
internal sealed class MemoryBudget(IOptions<ResNetServerOptions> options)
{
    private readonly long _max = options.Value.MaxBufferedBytes;
    private long _used;

    /// <summary>Gets the number of bytes in use.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Reserves memory, which the caller releases.</summary>
    /// <exception cref="ServerException">The memory of other requests leaves too little.</exception>
    public void Reserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) > _max)
        {
            Release(bytes);
            throw new ServerException(
                StatusCodes.Status429TooManyRequests,
                "The server holds too many requests. Try again later.",
                RejectionReasons.Memory,
                TimeSpan.FromSeconds(1));
        }
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
