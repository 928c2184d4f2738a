using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Limits the rate of each client: an API key, or an IP address.</summary>
internal sealed class ClientRateLimiter : IDisposable
{
    private readonly PartitionedRateLimiter<string>? _limiter;

    public ClientRateLimiter(IOptions<ResNetServerOptions> options)
    {
        if (options.Value.RequestsPerSecondPerClient is int rate)
        {
            // Partitions of clients that have gone are removed by the limiter.
            _limiter = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetTokenBucketLimiter(
                client,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = 2 * rate,
                    TokensPerPeriod = rate,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        }
    }

    /// <summary>Counts a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">The index of its API key; null if there is none.</param>
    /// <exception cref="ServerException">The client has sent too many requests.</exception>
    public void Check(HttpContext context, int? key)
    {
        if (_limiter is null)
        {
            return;
        }

        using RateLimitLease lease = _limiter.AttemptAcquire(
            key is int index ? $"key {index}" : AddressOf(context.Connection.RemoteIpAddress));
        if (!lease.IsAcquired)
        {
            throw new ServerException(
                StatusCodes.Status429TooManyRequests,
                "The client has sent too many requests. Try again later.",
                RejectionReasons.RateLimit,
                lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : TimeSpan.FromSeconds(1));
        }
    }

    public void Dispose() => _limiter?.Dispose();

    private static string AddressOf(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.MapToIPv4().ToString();
        }

        // A client owns a whole network of IPv6 addresses.
        const int NetworkBytes = 8;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes).ToString();
    }
}
