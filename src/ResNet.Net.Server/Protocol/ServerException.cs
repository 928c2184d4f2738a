using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Represents a request that the server doesn't fulfill. The message is sent to the client.</summary>
/// <param name="status">The HTTP status, which determines the gRPC status.</param>
/// <param name="message">What is wrong, and what the client can do. Contains no path.</param>
/// <param name="reason">The reason in metrics, from the fixed set of <see cref="RejectionReasons"/>; null for invalid requests.</param>
/// <param name="retryAfter">The time after which the client may try again.</param>
internal sealed class ServerException(int status, string message, string? reason = null, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public int Status => status;

    public string? Reason => reason;

    public TimeSpan? RetryAfter => retryAfter;

    public static ServerException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}

/// <summary>Defines why the server rejects requests that are valid.</summary>
internal static class RejectionReasons
{
    public const string QueueFull = "queue_full";
    public const string QueueTimeout = "queue_timeout";
    public const string Draining = "draining";
    public const string NotReady = "not_ready";
    public const string Memory = "memory";
    public const string RateLimit = "rate_limit";
    public const string Unauthorized = "unauthorized";
    public const string TooLarge = "too_large";
    public const string SlowBody = "slow_body";
    public const string ClientGone = "client_gone";
}
