using System.Collections.Concurrent;
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

/// <summary>What a server was asked.</summary>
internal sealed record ServedRequest(string Path, string? Range, string? IfRange, string? Authorization);

/// <summary>A real HTTP server on loopback that answers as a test wants, however badly.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ServedRequest> _requests = new();
    private int _count;

    private TestServer(WebApplication application) => _application = application;

    public string Address { get; private set; } = "";

    public IReadOnlyList<ServedRequest> Requests => [.. _requests];

    /// <param name="answer">Gets the request and its number, from 1.</param>
    /// <param name="certificate">Makes it an https server.</param>
    public static async Task<TestServer> StartAsync(Func<HttpContext, int, Task> answer, X509Certificate2? certificate = null)
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
            server._requests.Enqueue(new ServedRequest(context.Request.Path, Header("Range"), Header("If-Range"), Header("Authorization")));
            await answer(context, Interlocked.Increment(ref server._count));
        });
        await application.StartAsync();
        server.Address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>A server that does everything right.</summary>
    public static Task<TestServer> StartAsync(byte[] file, string? etag = "\"v1\"")
        => StartAsync((context, _) => ServeAsync(context, file, etag));

    /// <summary>The right answer: the whole file or the part asked for, unless If-Range names another version.</summary>
    /// <param name="context">The request.</param>
    /// <param name="file">The file.</param>
    /// <param name="etag">The version of the file; null for none.</param>
    /// <param name="cutAfter">Bytes of the body after which the connection ends.</param>
    /// <param name="ranges">Whether parts are served.</param>
    /// <param name="honoursIfRange">Whether If-Range is looked at.</param>
    /// <param name="chunk">Bytes that are sent at once.</param>
    /// <param name="pause">What happens between chunks.</param>
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
        if (ranges
            && context.Request.Headers.Range.ToString() is { Length: > 0 } range && (!honoursIfRange || ifRange is null || ifRange == etag))
        {
            start = int.Parse(
                range.Replace("bytes=", "", StringComparison.Ordinal).TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
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

        // A body shorter than announced: Kestrel closes the connection, after all of it was sent.
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(100));
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }
}
