using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Server;

/// <summary>Surrounds every request to an endpoint of the server: headers, access, limits, errors, metrics.</summary>
internal sealed class ServerMiddleware(
    ApiKeyCheck keys,
    ClientRateLimiter rates,
    OriginCheck origins,
    MemoryBudget budget,
    ServerTelemetry telemetry,
    ILogger<ServerMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ServerEndpoint>() is not ServerEndpoint endpoint)
        {
            await NotFoundAsync(context, next).ConfigureAwait(false);
            return;
        }

        SecurityHeaders.Set(context.Response);
        long start = Stopwatch.GetTimestamp();
        telemetry.Started(endpoint);
        Failure? failure = null;
        try
        {
            if (!endpoint.IsOpen)
            {
                CheckClient(context);
                await origins.CheckAsync(context).ConfigureAwait(false);
            }

            if (endpoint.TakesBody || endpoint.Errors == ErrorForm.Grpc)
            {
                await TakeBodyAsync(context, endpoint, next).ConfigureAwait(false);
            }
            else
            {
                await next(context).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = await FailAsync(context, endpoint, exception).ConfigureAwait(false);
        }
        finally
        {
            telemetry.Ended(endpoint, context, failure, Stopwatch.GetElapsedTime(start));
        }
    }

    private void CheckClient(HttpContext context)
    {
        int? key;
        try
        {
            key = keys.Check(context.Request);
        }
        catch (ServerException)
        {
            // Guesses count for their address.
            rates.Check(context, key: null);
            throw;
        }

        rates.Check(context, key);
    }

    private async Task TakeBodyAsync(HttpContext context, ServerEndpoint endpoint, RequestDelegate next)
    {
        // The server applies its own limit while it reads, and answers before it closes the connection.
        if (endpoint.TakesBody && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (endpoint.Errors != ErrorForm.Grpc)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        // gRPC reads the message itself.
        MessageReader body = new(context.Request.BodyReader, endpoint.TakesBody ? budget : null);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            body.ReleaseMemory();
        }
    }

    private async Task<Failure?> FailAsync(HttpContext context, ServerEndpoint endpoint, Exception exception)
    {
        Failure failure = Failure.Of(exception);
        if (context.RequestAborted.IsCancellationRequested)
        {
            return failure with { Status = StatusCodes.Status499ClientClosedRequest };
        }

        if (exception is ConnectionResetException or ConnectionAbortedException)
        {
            // Kestrel may not have noticed yet. It would try to read the rest of the body, and log an error.
            context.Abort();
            return failure;
        }

        if (failure.IsInternal)
        {
            log.RequestFailed(endpoint.Operation ?? context.Request.Path, exception);
        }

        try
        {
            await ErrorWriter.WriteAsync(context, failure, endpoint.Errors).ConfigureAwait(false);
        }
        catch (Exception writing) when (writing is IOException or OperationCanceledException)
        {
            // The client has gone.
        }

        return failure;
    }

    /// <summary>Gives the errors of routing below <c>/v2</c> the form of the protocol.</summary>
    private static async Task NotFoundAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        if (context.Request.Path.StartsWithSegments("/v2", StringComparison.Ordinal)
            && !context.Response.HasStarted
            && context.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed)
        {
            string? allowed = context.Response.Headers.Allow;
            allowed = string.IsNullOrEmpty(allowed) ? null : allowed;
            string message = allowed is null
                ? "There is no such address. GET /v2 describes the server."
                : $"This address accepts {allowed} only.";
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Allow = allowed;
                return Task.CompletedTask;
            });
            await ErrorWriter.WriteAsync(context, new Failure(context.Response.StatusCode, message, ""), ErrorForm.Protocol)
                .ConfigureAwait(false);
        }
    }
}
