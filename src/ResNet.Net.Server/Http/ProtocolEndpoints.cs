using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Implements the Open Inference Protocol over HTTP.</summary>
internal sealed class ProtocolEndpoints(
    ModelCatalog models, ServerState state, MemoryBudget budget, IOptions<ResNetServerOptions> options)
{
    private const string Name = "name";
    private const string Version = "version";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        ServerEndpoint health = new(null, ErrorForm.Protocol) { IsOpen = true };
        ServerEndpoint metadata = new("metadata", ErrorForm.Protocol);
        ServerEndpoint infer = new("infer", ErrorForm.Protocol) { TakesBody = true };
        const int NotFound = StatusCodes.Status404NotFound, Unavailable = StatusCodes.Status503ServiceUnavailable;

        IEndpointConventionBuilder Get(
            string pattern, RequestDelegate handler, ServerEndpoint treatment, string summary, Type type, params int[] errors)
            => endpoints.MapGet(pattern, handler).Describe(handler, treatment, summary, type, errors);

        void Probe(string pattern, RequestDelegate handler, string summary, Type type, params int[] errors)
        {
            Get(pattern, handler, health, summary, type, errors).ProducesUnready(type);
            endpoints.MapHead(pattern, handler, health);
        }

        Get("/v2", ServerMetadataAsync, metadata, "Describes the server.", typeof(ServerMetadataDocument));
        Get("/v2/health/live", LiveAsync, health, "Tells whether the server is running.", typeof(LiveDocument));
        endpoints.MapHead("/v2/health/live", LiveAsync, health);
        Probe("/v2/health/ready", ReadyAsync, "Tells whether all models answer requests.", typeof(ReadyDocument));
        foreach (string model in (string[])["/v2/models/{name}", "/v2/models/{name}/versions/{version}"])
        {
            Get(model, ModelMetadataAsync, metadata, "Describes a model.", typeof(ModelMetadataDocument), NotFound, Unavailable);
            Probe(
                $"{model}/ready",
                ModelReadyAsync,
                "Tells whether a model answers requests.",
                typeof(ModelReadyDocument),
                NotFound);
            endpoints.MapPost($"{model}/infer", InferAsync)
                .Describe(InferAsync, infer, "Runs a model.", typeof(InferResponseDocument), ErrorStatuses.All);
        }
    }

    private static Task WriteAsync<T>(HttpContext context, T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(document, type, cancellationToken: context.RequestAborted);
    }

    private static int StatusOf(bool isReady) => isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static Task ServerMetadataAsync(HttpContext context)
        => WriteAsync(
            context,
            new ServerMetadataDocument(ServerIdentity.Name, ServerIdentity.Version, ServerIdentity.Extensions),
            ProtocolJson.Default.ServerMetadataDocument);

    private static Task LiveAsync(HttpContext context)
        => WriteAsync(context, new LiveDocument(true), ProtocolJson.Default.LiveDocument);

    private Task ReadyAsync(HttpContext context)
    {
        bool isReady = !state.IsDraining && models.IsReady;
        return WriteAsync(context, new ReadyDocument(isReady), ProtocolJson.Default.ReadyDocument, StatusOf(isReady));
    }

    private Task ModelReadyAsync(HttpContext context)
    {
        ServedModel model = Find(context);
        bool isReady = model.IsReady;
        return WriteAsync(
            context, new ModelReadyDocument(model.Name, isReady), ProtocolJson.Default.ModelReadyDocument, StatusOf(isReady));
    }

    private Task ModelMetadataAsync(HttpContext context)
    {
        ServedModel model = Find(context);
        ModelContract contract = model.GetRunner().Contract;
        ModelMetadataDocument document = new(
            model.Name,
            [.. models.VersionsOf(model.Name).Select(m => m.Version)],
            ServerIdentity.Platform,
            contract.Inputs,
            contract.Outputs);
        return WriteAsync(context, document, ProtocolJson.Default.ModelMetadataDocument);
    }

    private async Task InferAsync(HttpContext context)
    {
        ServedModel model = Find(context);
        ModelRunner runner = model.GetRunner();
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value, budget, JsonLengthOf(context.Request) ?? 0)
            .ConfigureAwait(false);
        InferRequest request = Read(context.Request, body, runner);
        InferResponse response = await Inference.RunAsync(model, runner, request, body, context.RequestAborted).ConfigureAwait(false);
        await InferHttpWriter.WriteAsync(context, response).ConfigureAwait(false);
    }

    /// <summary>Returns the length of the JSON object before binary data; null if the header is missing or malformed.</summary>
    private static int? JsonLengthOf(HttpRequest request)
        => int.TryParse(request.Headers[InferHttpWriter.LengthHeader], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : null;

    private static InferRequest Read(HttpRequest request, RequestBody body, ModelRunner runner)
    {
        ReadOnlyMemory<byte> content = body.Memory;
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ServerException(StatusCodes.Status415UnsupportedMediaType, "The server does not accept compressed bodies.");
        }

        string? header = request.Headers[InferHttpWriter.LengthHeader];
        if (header is null)
        {
            return InferJsonReader.Read(content, default, runner.Contract, runner.Inputs, body);
        }

        if (JsonLengthOf(request) is not int length || length > content.Length)
        {
            throw ServerException.Invalid(
                $"The header {InferHttpWriter.LengthHeader} is '{InputReader.Shorten(header)}'. "
                + $"It is the length of the JSON object, at most that of the body, {content.Length}.");
        }

        // Without a JSON object, the body is an image, and all outputs are binary.
        return length == 0
            ? new InferRequest(
                null, InputReader.FromElements([content], 1), OutputSelection.Resolve(runner.Contract, null, isBinary: true), null)
            : InferJsonReader.Read(content[..length], content[length..], runner.Contract, runner.Inputs, body);
    }

    private ServedModel Find(HttpContext context)
    {
        ServedModel model = models.Find(context.GetRouteValue(Name) as string, context.GetRouteValue(Version) as string);
        context.Items[typeof(ServedModel)] = model;
        return model;
    }
}

/// <summary>Lists the statuses of errors of requests with images.</summary>
internal static class ErrorStatuses
{
    public static ReadOnlySpan<int> All =>
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status422UnprocessableEntity,
        StatusCodes.Status429TooManyRequests,
        StatusCodes.Status500InternalServerError,
        StatusCodes.Status503ServiceUnavailable,
        StatusCodes.Status504GatewayTimeout,
    ];
}
