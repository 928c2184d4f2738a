using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace ResNet.Net.Server;

/// <summary>Writes failures in the form of an endpoint.</summary>
internal static class ErrorWriter
{
    // A client that has announced more than this has to cope with a closed connection.
    private const long MostDrained = 256 << 20;
    private const int DrainBufferBytes = 64 << 10;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    /// <summary>Writes a failure as the response of a request, whose body may be unread.</summary>
    public static async Task WriteAsync(HttpContext context, Failure failure, ErrorForm form)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        SecurityHeaders.Set(context.Response);
        if (form == ErrorForm.Grpc)
        {
            GrpcStatuses.WriteTrailersOnly(context.Response, failure);
            return;
        }

        context.Response.StatusCode = failure.Status;
        if (RetryAfterSeconds(failure) is int seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (failure.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        byte[] body = form == ErrorForm.Protocol
            ? JsonSerializer.SerializeToUtf8Bytes(new ErrorDocument(failure.Message), ProtocolJson.Default.ErrorDocument)
            : JsonSerializer.SerializeToUtf8Bytes(
                new ProblemDetails
                {
                    Status = failure.Status,
                    Title = ReasonPhrases.GetReasonPhrase(failure.Status),
                    Detail = failure.Message,
                },
                PageJson.Default.ProblemDetails);
        context.Response.ContentType = form == ErrorForm.Protocol ? "application/json" : "application/problem+json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body).ConfigureAwait(false);
        await DrainAsync(context).ConfigureAwait(false);
    }

    /// <summary>Returns the time after which a client may try again in whole seconds, at least 1; null for no statement.</summary>
    public static int? RetryAfterSeconds(Failure failure)
        => failure.RetryAfter is TimeSpan wait ? (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3600) : null;

    /// <summary>
    /// Sends the response and reads the rest of the body. A client that sends its body before it reads would otherwise see a broken
    /// connection instead of the response.
    /// </summary>
    private static async Task DrainAsync(HttpContext context)
    {
        bool waits = context.Request.Headers.Expect.Count > 0;
        bool hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if (waits || !hasBody || !HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            return;
        }

        using TimedBody body = new(context.Request, DrainTime);
        byte[] buffer = new byte[DrainBufferBytes];
        try
        {
            await context.Response.CompleteAsync().ConfigureAwait(false);
            long drained = 0;
            int read;
            do
            {
                read = await body.ReadAsync(buffer).ConfigureAwait(false);
                drained += read;
            }
            while (read > 0 && drained < MostDrained);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // The client is too slow. It has the response, or doesn't want it.
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // The client has gone, or its data is malformed. Kestrel would try to read the rest once more, and log an error.
            context.Abort();
        }
    }
}
