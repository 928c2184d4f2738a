using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests.Support;

/// <summary>Represents a request that the server received.</summary>
internal sealed record ServedRequest(string Path, string? Range, string? IfRange, string? Authorization);

/// <summary>An HTTP server on the loopback interface, whose responses a test controls, including faulty ones.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ServedRequest> _requests = new();
    private int _count;

    private TestServer(WebApplication application) => _application = application;

    public string Address { get; private set; } = "";

    public IReadOnlyList<ServedRequest> Requests => [.. _requests];

    /// <summary>Starts a server.</summary>
    /// <param name="respond">Handles each request. The second argument is its one-based number.</param>
    /// <param name="certificate">The certificate of an HTTPS server; null for HTTP.</param>
    public static async Task<TestServer> StartAsync(Func<HttpContext, int, Task> respond, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        WebApplication application = builder.Build();
        TestServer server = new(application);
        application.Run(async context =>
        {
            string? Header(string name) => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
            server._requests.Enqueue(
                new ServedRequest(context.Request.Path, Header("Range"), Header("If-Range"), Header("Authorization")));
            await respond(context, Interlocked.Increment(ref server._count));
        });
        await application.StartAsync();
        server.Address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>Starts a server that serves one file correctly.</summary>
    public static Task<TestServer> StartAsync(byte[] file, string? etag = "\"v1\"")
        => StartAsync((context, _) => ServeAsync(context, file, etag));

    /// <summary>Sends a file, or the requested range unless If-Range names another version. By default, the response is correct.</summary>
    /// <param name="context">The request.</param>
    /// <param name="file">The content of the file.</param>
    /// <param name="etag">The ETag of the file; null for none.</param>
    /// <param name="cutAfter">The number of body bytes after which the connection closes; null to send all.</param>
    /// <param name="ranges">Whether the server supports ranges.</param>
    /// <param name="honoursIfRange">Whether the server respects If-Range.</param>
    /// <param name="chunk">The number of bytes per write.</param>
    /// <param name="pause">Runs after each chunk.</param>
    public static async Task ServeAsync(
        HttpContext context,
        byte[] file,
        string? etag = "\"v1\"",
        int? cutAfter = null,
        bool ranges = true,
        bool honoursIfRange = true,
        int chunk = 64 * 1024,
        Func<Task>? pause = null)
    {
        HttpResponse response = context.Response;
        if (etag is not null)
        {
            response.Headers.ETag = etag;
        }

        int start = 0;
        string? ifRange = context.Request.Headers.IfRange;
        bool isSameVersion = !honoursIfRange || ifRange is null || ifRange == etag;
        if (ranges && isSameVersion && context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            start = int.Parse(range.Replace("bytes=", "", StringComparison.Ordinal).TrimEnd('-'), CultureInfo.InvariantCulture);
            if (start >= file.Length)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                return;
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {start}-{file.Length - 1}/{file.Length}";
        }

        response.ContentLength = file.Length - start;
        await response.StartAsync(context.RequestAborted);
        int end = Math.Min(file.Length, start + (cutAfter ?? file.Length));
        for (int at = start; at < end; at += chunk)
        {
            await response.Body.WriteAsync(file.AsMemory(at, Math.Min(chunk, end - at)), context.RequestAborted);
            if (pause is not null)
            {
                await response.Body.FlushAsync(context.RequestAborted);
                await pause();
            }
        }

        // If the body is shorter than Content-Length, Kestrel sends it and then closes the connection.
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromMilliseconds(100));
        await _application.StopAsync(timeout.Token);
        await _application.DisposeAsync();
    }
}
