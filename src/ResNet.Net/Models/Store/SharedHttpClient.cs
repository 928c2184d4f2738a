namespace ResNet.Net;

/// <summary>The client of every store that was given none. The system's proxy settings apply; redirects from https to http are not followed.</summary>
internal static class SharedHttpClient
{
    private static readonly Lazy<HttpClient> LazyInstance = new(() => new HttpClient(new SocketsHttpHandler
    {
        // Addresses of content networks move.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxAutomaticRedirections = 10,
    })
    {
        // The store has its own limits: on silence, not on the length of a download.
        Timeout = Timeout.InfiniteTimeSpan,
    });

    public static HttpClient Instance => LazyInstance.Value;
}
