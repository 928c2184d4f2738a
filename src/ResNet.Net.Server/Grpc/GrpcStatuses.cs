using System.Globalization;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Converts failures to statuses of gRPC.</summary>
internal static class GrpcStatuses
{
    // Clients with a retry policy wait for this time.
    private const string PushbackTrailer = "grpc-retry-pushback-ms";
    private const string RetryAfterTrailer = "retry-after";

    public static RpcException ToException(Failure failure)
    {
        Metadata trailers = [];
        if (ErrorWriter.RetryAfterSeconds(failure) is int seconds)
        {
            trailers.Add(RetryAfterTrailer, Text(seconds));
            trailers.Add(PushbackTrailer, Text(seconds * 1000));
        }

        return new RpcException(new Status(CodeOf(failure), failure.Message), trailers);
    }

    /// <summary>Writes a response without messages: the headers contain the status.</summary>
    public static void WriteTrailersOnly(HttpResponse response, Failure failure)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = Text((int)CodeOf(failure));
        response.Headers["grpc-message"] = Encode(failure.Message);
        if (ErrorWriter.RetryAfterSeconds(failure) is int seconds)
        {
            response.Headers[RetryAfterTrailer] = Text(seconds);
            response.Headers[PushbackTrailer] = Text(seconds * 1000);
        }
    }

    /// <summary>Encodes what is not printable ASCII, and '%'. Some clients decode nothing else, such as an encoded comma.</summary>
    private static string Encode(string message)
    {
        StringBuilder encoded = new(message.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.ToString();
    }

    private static StatusCode CodeOf(Failure failure) => failure.Status switch
    {
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout => StatusCode.DeadlineExceeded,
        StatusCodes.Status499ClientClosedRequest => StatusCode.Cancelled,
        StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
        < StatusCodes.Status500InternalServerError => StatusCode.InvalidArgument,
        _ => StatusCode.Internal,
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
