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
    private const string UrlsKey = "urls";
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
        string? urls = configuration[UrlsKey];
        urls = string.IsNullOrEmpty(urls) ? DefaultUrl : urls;
        BindingAddress[] addresses = [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(BindingAddress.Parse)];
        foreach (BindingAddress address in addresses)
        {
            bool isSecure = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
            Listen(kestrel, address.Host, address.Port, listen =>
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

        Listen(kestrel, addresses[0].Host, port, listen => listen.Protocols = HttpProtocols.Http2);
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

    private static void Listen(KestrelServerOptions kestrel, string host, int port, Action<ListenOptions> configure)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
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
