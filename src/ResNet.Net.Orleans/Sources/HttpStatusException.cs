using System.Globalization;
using System.Net;

namespace ResNet.Net.Orleans;

/// <summary>A response other than success.</summary>
internal sealed class HttpStatusException(HttpResponseMessage response) : IOException(
    $"The server answered HTTP {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)} ({response.ReasonPhrase}).")
{
    public HttpStatusCode Status { get; } = response.StatusCode;

    /// <summary>Gets the pause that the server asks for; null if it doesn't.</summary>
    public TimeSpan? RetryAfter { get; } = response.Headers.RetryAfter is { } header
        ? header.Delta ?? (header.Date is { } date ? Max(date - TimeProvider.System.GetUtcNow()) : null)
        : null;

    public bool IsTransient => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
        or HttpStatusCode.GatewayTimeout;

    private static TimeSpan Max(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
