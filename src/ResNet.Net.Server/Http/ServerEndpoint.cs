using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ResNet.Net.Server;

/// <summary>Marks an endpoint of the server, and tells the middleware how to treat its requests.</summary>
/// <param name="Operation">The name in metrics; null for requests that are not measured.</param>
/// <param name="Errors">The form of errors.</param>
internal sealed record ServerEndpoint(string? Operation, ErrorForm Errors)
{
    /// <summary>Gets whether a request needs neither a key nor a share of the rate limit.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Gets whether the endpoint takes bodies, whose memory is bounded.</summary>
    public bool TakesBody { get; init; }
}

/// <summary>Specifies the form of errors.</summary>
internal enum ErrorForm
{
    /// <summary>An object with the property <c>error</c>, as the protocol requires.</summary>
    Protocol,

    /// <summary>Problem details (RFC 9457).</summary>
    Problem,

    /// <summary>A status of gRPC.</summary>
    Grpc,
}

/// <summary>Describes endpoints for the OpenAPI document.</summary>
internal static class ServerEndpointExtensions
{
    private const string Json = "application/json";

    /// <summary>Maps HEAD for probes that only look at the status. The OpenAPI document leaves it out.</summary>
    public static void MapHead(this IEndpointRouteBuilder endpoints, string pattern, RequestDelegate handler, ServerEndpoint treatment)
        => MapUndescribed(endpoints, HttpMethods.Head, pattern, handler, treatment);

    /// <summary>Maps PUT, which <c>curl -T FILE</c> sends. The OpenAPI document leaves it out.</summary>
    public static void MapUpload(this IEndpointRouteBuilder endpoints, string pattern, RequestDelegate handler, ServerEndpoint treatment)
        => MapUndescribed(endpoints, HttpMethods.Put, pattern, handler, treatment);

    /// <summary>Adds the description of an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="handler">The handler. Its presence lets the endpoint appear in the document.</param>
    /// <param name="treatment">How the middleware treats requests.</param>
    /// <param name="summary">What the endpoint does.</param>
    /// <param name="response">The type of the response.</param>
    /// <param name="errors">The statuses of errors.</param>
    public static IEndpointConventionBuilder Describe(
        this IEndpointConventionBuilder endpoint,
        RequestDelegate handler,
        ServerEndpoint treatment,
        string summary,
        Type response,
        params ReadOnlySpan<int> errors)
    {
        endpoint.WithMetadata(treatment, handler.Method);
        endpoint.WithSummary(summary);
        endpoint.WithTags(treatment.Errors == ErrorForm.Protocol ? "Open Inference Protocol" : "Images");
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, response, [Json]));
        (Type type, string content) = treatment.Errors == ErrorForm.Protocol
            ? (typeof(ErrorDocument), Json)
            : (typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), "application/problem+json");
        foreach (int status in errors)
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, type, [content]));
        }

        return endpoint;
    }

    /// <summary>Adds the status 503 to a description, with a document of the same type as the status 200.</summary>
    public static void ProducesUnready(this IEndpointConventionBuilder endpoint, Type response)
        => endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status503ServiceUnavailable, response, [Json]));

    private static void MapUndescribed(
        IEndpointRouteBuilder endpoints, string method, string pattern, RequestDelegate handler, ServerEndpoint treatment)
        => endpoints.MapMethods(pattern, [method], handler).WithMetadata(treatment).ExcludeFromDescription();
}
