using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Represents a failure as clients see it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">The message, without paths.</param>
/// <param name="Reason">The reason in metrics.</param>
/// <param name="RetryAfter">The time after which the client may try again; null for no statement.</param>
internal sealed record Failure(int Status, string Message, string Reason, TimeSpan? RetryAfter = null)
{
    private const string Invalid = "invalid_request";
    private const string Deadline = "deadline";
    private const string Image = "image";
    private const string Internal = "internal";

    /// <summary>Gets whether the server is at fault, so that the exception belongs into the log.</summary>
    public bool IsInternal => Status == StatusCodes.Status500InternalServerError;

    /// <summary>Maps an exception.</summary>
    public static Failure Of(Exception exception) => exception switch
    {
        ServerException server => new Failure(server.Status, server.Message, server.Reason ?? Invalid, server.RetryAfter),
        ImageDecodeException image => new Failure(
            StatusOf(image.Failure), $"The image cannot be decoded: {image.Reason}", Image),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow
            => new Failure(slow.StatusCode, "The body of the request arrived too slowly.", RejectionReasons.SlowBody),
        BadHttpRequestException bad => new Failure(bad.StatusCode, "The HTTP request is malformed.", Invalid),
        OperationCanceledException or ConnectionResetException or ConnectionAbortedException
            => new Failure(StatusCodes.Status499ClientClosedRequest, "The request was canceled.", RejectionReasons.ClientGone),
        TimeoutException => new Failure(
            StatusCodes.Status504GatewayTimeout, "The time that the request allows has passed.", Deadline),
        ModelUnavailableException => new Failure(
            StatusCodes.Status503ServiceUnavailable,
            "The model is not available. Try again later.",
            RejectionReasons.NotReady,
            TimeSpan.FromSeconds(5)),
        ResNetException => new Failure(StatusCodes.Status500InternalServerError, "The model failed.", Internal),
        _ => new Failure(StatusCodes.Status500InternalServerError, "An internal error occurred.", Internal),
    };

    /// <summary>Returns the exception for an image that failed.</summary>
    /// <param name="error">The error of the image.</param>
    /// <param name="index">The index of the image in the request.</param>
    /// <param name="input">The images of the request.</param>
    public static Exception OfImage(Exception error, int index, InputTensor input)
    {
        string name = input.Count > 1 ? $"Image {index}" : "The image";
        return error switch
        {
            ImageDecodeException image => new ServerException(StatusOf(image.Failure), $"{name} cannot be decoded: {image.Reason}", Image),

            ArgumentException when input.Encoded is null
                => ServerException.Invalid($"{name} has values that lead to scores that are not finite: {error.Message}"),

            // The library refuses images whose proportions are too extreme to be resampled.
            ArgumentException => new ServerException(
                StatusCodes.Status422UnprocessableEntity, $"{name} has proportions that cannot be processed.", Image),
            _ => error,
        };
    }

    private static int StatusOf(ImageDecodeFailure failure) => failure switch
    {
        ImageDecodeFailure.UnsupportedFormat => StatusCodes.Status415UnsupportedMediaType,
        ImageDecodeFailure.TooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
