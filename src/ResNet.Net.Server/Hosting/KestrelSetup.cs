using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Configures Kestrel: no server header, and an endpoint for gRPC without TLS if one is requested.</summary>
internal sealed class KestrelSetup(IConfiguration configuration, IOptions<ResNetServerOptions> options)
    : IConfigureOptions<KestrelServerOptions>, IStartupFilter
{
    private const string Localhost = "localhost";
    private const string DefaultUrl = "http://localhost:5000";

    private bool _hasEndpoints;

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        if (options.Value.GrpcPort is not int port || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            return;
        }

        // Endpoints in code replace the addresses, so all of them are configured here.
        _hasEndpoints = true;
        BindingAddress[] addresses = [.. FindUrls().Select(BindingAddress.Parse)];
        foreach (BindingAddress address in addresses)
        {
            bool isSecure = address.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
            Listen(kestrel, address, listen =>
            {
                if (isSecure)
                {
                    listen.UseHttps();
                }
                else
                {
                    listen.Protocols = HttpProtocols.Http1;
                }
            });
        }

        string host = addresses[0] is not ({ IsUnixPipe: true } or { IsNamedPipe: true }) ? addresses[0].Host
            : port == 0 ? $"{IPAddress.Loopback}"
            : Localhost;
        Listen(kestrel, host, port, listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>Removes the addresses that endpoints in code replace. Kestrel would warn about each of them.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (_hasEndpoints)
        {
            app.ServerFeatures.Get<IServerAddressesFeature>()?.Addresses.Clear();
        }

        next(app);
    };

    /// <summary>Returns the addresses as ASP.NET Core does: the images of containers set ports only.</summary>
    private string[] FindUrls()
    {
        string[] urls = Split(configuration[WebHostDefaults.ServerUrlsKey]);
        if (urls.Length > 0)
        {
            return urls;
        }

        urls =
        [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(p => $"{Uri.UriSchemeHttp}://*:{p}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(p => $"{Uri.UriSchemeHttps}://*:{p}"),
        ];
        return urls.Length > 0 ? urls : [DefaultUrl];
    }

    private static string[] Split(string? values)
        => (values ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.IsUnixPipe)
        {
            kestrel.ListenUnixSocket(address.UnixPipePath, configure);
        }
        else if (address.IsNamedPipe)
        {
            kestrel.ListenNamedPipe(address.NamedPipeName, configure);
        }
        else
        {
            Listen(kestrel, address.Host, address.Port, configure);
        }
    }

    private static void Listen(KestrelServerOptions kestrel, string host, int port, Action<ListenOptions> configure)
    {
        if (host.Equals(Localhost, StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(port, configure);
        }
        else if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            kestrel.Listen(address, port, configure);
        }
        else
        {
            kestrel.ListenAnyIP(port, configure);
        }
    }
}
