using System.Net;
using System.Net.Sockets;

namespace ResNet.Net.Orleans;

/// <summary>Reads images from HTTP(S) addresses, over the same connections for all of them.</summary>
internal sealed class HttpImages : IDisposable
{
    private const int MostRedirects = 5;

    private readonly ImageSourceOptions _options;
    private readonly HttpClient _client;
    private readonly HttpClient _redirected;

    public HttpImages(ImageSourceOptions options)
    {
        _options = options;
        _client = Create(isChecked: false);

        // Its own connections: those of listed addresses may lead to private hosts.
        _redirected = Create(isChecked: !options.AllowPrivateRedirects);
    }

    /// <summary>Reads an image completely, so that a connection that breaks in the middle is repeated.</summary>
    public Task<MemoryStream> OpenAsync(Uri address, CancellationToken cancellationToken)
        => NetworkRetry.RunAsync(
            _options,
            async token =>
            {
                using HttpResponseMessage response = await SendAsync(address, token).ConfigureAwait(false);
                Stream body = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
                return await LimitedReader.ReadAsync(body, response.Content.Headers.ContentLength, _options.MaxBytes, token)
                    .ConfigureAwait(false);
            },
            IsTransient,
            cancellationToken);

    /// <summary>Opens a resource of any length. Only its headers have a time limit.</summary>
    public async Task<Stream> OpenLongAsync(Uri address, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await NetworkRetry.RunAsync(
            _options, token => SendAsync(address, token), IsTransient, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _client.Dispose();
        _redirected.Dispose();
    }

    private static bool IsTransient(Exception exception)
        => exception is HttpStatusException status ? status.IsTransient
            : exception is HttpRequestException or HttpIOException or SocketException or IOException { InnerException: SocketException };

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        Uri current = address;
        for (int i = 0; i <= MostRedirects; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, current);
            HttpClient client = current.Host == address.Host ? _client : _redirected;
            HttpResponseMessage response;
            try
            {
                response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException refused)
            {
                throw new PrivateAddressException(refused.Message);
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                bool isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                    or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
                if (!isRedirect || response.Headers.Location is not Uri location)
                {
                    throw new HttpStatusException(response);
                }

                Uri next = new(current, location);
                current = next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && current.Scheme == Uri.UriSchemeHttp)
                    ? next
                    : throw new IOException($"The server redirects from {current.Scheme} to {next.Scheme}.");
            }
        }

        throw new IOException($"The server redirects more than {MostRedirects} times.");
    }

    private static HttpClient Create(bool isChecked)
    {
        SocketsHttpHandler handler = new()
        {
            // Followed here, where the next host is checked.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),

            // So that changes of names are noticed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, token) => ConnectAsync(context, isChecked, token),
        };
#pragma warning disable RS0030 // the two clients of this object
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, bool isChecked, CancellationToken cancellationToken)
    {
        // Checked here, where the address of the connection is known: a name can resolve differently each time.
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        if (isChecked && addresses.Any(PrivateNetwork.Contains))
        {
            throw new PrivateAddressException(
                $"The server redirects to '{context.DnsEndPoint.Host}', which is in a private network. "
                + "If that is wanted, set ImageSourceOptions.AllowPrivateRedirects.");
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class PrivateAddressException(string message) : IOException(message);
}
