using System.Net;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ResNet.Net.Server;

/// <summary>Rejects requests that a browser sends for pages of other sites.</summary>
internal sealed class OriginCheck(IOptions<ResNetServerOptions> options, IConfiguration? configuration = null)
{
    private const string HostsKey = "AllowedHosts";
    private const string AnyHost = "*";

    // A page of another site has no key, whatever it calls the server.
    private readonly bool _checksHosts = options.Value.ApiKeys.Count == 0;
    private readonly StringSegment[] _hosts =
    [
        .. (configuration?[HostsKey] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(h => h != AnyHost)
            .Select(h => new StringSegment(h)),
    ];

    /// <summary>Checks the host and the origin of a request.</summary>
    /// <exception cref="ServerException">The request comes from a page of another site.</exception>
    public async ValueTask CheckAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (_checksHosts && IsLoopback(context.Connection.LocalIpAddress) && !IsLocal(request.Host))
        {
            throw new ServerException(
                StatusCodes.Status403Forbidden,
                $"The server listens on a loopback address, and its setting {HostsKey} does not name the host "
                + $"'{InputReader.Shorten(request.Host.Host)}'.");
        }

        if (!HttpMethods.IsGet(request.Method) && IsCrossSite(request) && !await IsAllowedAsync(context).ConfigureAwait(false))
        {
            throw new ServerException(
                StatusCodes.Status403Forbidden, "The server does not accept requests from pages of other sites.");
        }
    }

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    /// <summary>
    /// Returns whether a name cannot be one that another site resolves to this machine (DNS rebinding): an address, a name without a
    /// domain, or one that the configuration allows.
    /// </summary>
    private bool IsLocal(HostString host)
    {
        string name = host.Host.TrimEnd('.');
        return !name.Contains('.', StringComparison.Ordinal)
            || IPAddress.TryParse(name, out _)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || HostString.MatchesAny(new StringSegment(host.Host), _hosts);
    }

    private static bool IsCrossSite(HttpRequest request)
    {
        // Browsers send it only to HTTPS and loopback addresses.
        string? site = request.Headers["Sec-Fetch-Site"];
        if (!string.IsNullOrEmpty(site))
        {
            return site == "cross-site";
        }

        string? origin = request.Headers.Origin;
        return !string.IsNullOrEmpty(origin)
            && !(Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
                && new HostString(uri.Authority).Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Returns whether the default policy for CORS of the application allows the origin.</summary>
    private static async ValueTask<bool> IsAllowedAsync(HttpContext context)
        => context.Request.Headers.Origin is [string origin]
            && context.RequestServices.GetService<ICorsPolicyProvider>() is ICorsPolicyProvider policies
            && await policies.GetPolicyAsync(context, policyName: null).ConfigureAwait(false) is CorsPolicy policy
            && (policy.AllowAnyOrigin || policy.IsOriginAllowed(origin));
}
