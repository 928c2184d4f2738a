using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>
/// Implements the endpoints for single images: <c>/classify</c> and <c>/models</c> for the page, <c>/ping</c> and <c>/predictions</c> for
/// requests as TorchServe takes them.
/// </summary>
internal sealed class ImageEndpoints(
    ModelCatalog models, ServerState state, MemoryBudget budget, BrowserModels browser, IOptions<ResNetServerOptions> options)
{
    private const int PredictionCount = 5;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        ServerEndpoint classify = new("classify", ErrorForm.Problem) { TakesBody = true };
        ServerEndpoint predict = new("predictions", ErrorForm.Problem) { TakesBody = true };
        ServerEndpoint ping = new(null, ErrorForm.Problem) { IsOpen = true };
        endpoints.MapGet("/ping", PingAsync).Describe(
            PingAsync, ping, "Tells whether all models answer requests.", typeof(StatusDocument)).ProducesUnready(typeof(StatusDocument));
        endpoints.MapHead("/ping", PingAsync, ping);
        endpoints.MapGet("/models", ListAsync).Describe(
            ListAsync, new ServerEndpoint("models", ErrorForm.Problem), "Lists the models.", typeof(ModelListDocument));
        browser.Map(endpoints);
        endpoints.MapPost("/classify", ClassifyAsync)
            .Describe(ClassifyAsync, classify, "Classifies an image.", typeof(ClassifyDocument), ErrorStatuses.All);
        foreach (string pattern in (string[])["/predictions/{name}", "/predictions/{name}/{version}"])
        {
            endpoints.MapPost(pattern, PredictAsync)
                .Describe(
                    PredictAsync,
                    predict,
                    "Classifies an image: an array of objects with a label and its probability.",
                    typeof(IReadOnlyList<IReadOnlyDictionary<string, float>>),
                    ErrorStatuses.All);
            endpoints.MapUpload(pattern, PredictAsync, predict);
        }
    }

    private Task PingAsync(HttpContext context)
    {
        bool isReady = !state.IsDraining && models.IsReady;
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(
            new StatusDocument(isReady ? "Healthy" : "Unhealthy"),
            PageJson.Default.StatusDocument,
            cancellationToken: context.RequestAborted);
    }

    private Task ListAsync(HttpContext context)
    {
        ServedModel selected = FindDefault(null, null);
        ModelDocument Describe(ServedModel model)
        {
            ResNetClassifier? classifier = model.IsReady ? model.GetRunner().Classifier : null;
            return new ModelDocument(
                model.Name,
                model.Version,
                model.IsReady,
                model == selected,
                classifier is null ? null : [classifier.Profile.Crop.Width, classifier.Profile.Crop.Height],
                classifier?.Labels.Count,
                classifier?.HasActivationMaps,
                classifier?.IsMultiLabel,
                classifier?.UnknownThreshold,
                classifier is null ? null : [.. Enumerable.Range(0, classifier.Labels.Count).Select(i => classifier.Labels[i])],
                classifier is null ? null : BrowserModels.ProfileOf(classifier),
                classifier is null ? null : browser.Describe(model, classifier));
        }

        return context.Response.WriteAsJsonAsync(
            new ModelListDocument([.. models.All.Select(Describe)]),
            PageJson.Default.ModelListDocument,
            cancellationToken: context.RequestAborted);
    }

    private async Task PredictAsync(HttpContext context)
    {
        ServedModel model = models.Find(context.GetRouteValue("name") as string, context.GetRouteValue("version") as string);
        context.Items[typeof(ServedModel)] = model;
        ModelRunner runner = model.GetRunner();
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value, budget).ConfigureAwait(false);
        ReadOnlyMemory<byte> image = await UploadReader.ReadAsync(context.Request, body.Memory).ConfigureAwait(false);
        ImageResult[] results = await runner.RunAsync(
            [new ImageWork(InputImage.FromEncoded(image), body)], context.RequestAborted).ConfigureAwait(false);
        ImageClassification.ThrowIfFailed(results, image);
        IReadOnlyList<Prediction> best = ImageClassification.Best(results[0].Scores!, PredictionCount, runner.Classifier.Labels);
        context.Response.ContentType = "application/json";
        using Utf8JsonWriter writer = new(context.Response.BodyWriter);
        writer.WriteStartArray();
        foreach (Prediction prediction in best)
        {
            writer.WriteStartObject();
            writer.WriteNumber(prediction.Label, prediction.Probability);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private async Task ClassifyAsync(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        ClassifyRequest request = ClassifyRequest.Read(context.Request.Query);
        ServedModel model = FindDefault(request.Model, request.Version);
        context.Items[typeof(ServedModel)] = model;
        ModelRunner runner = model.GetRunner();
        ImageClassification.Check(request, runner.Classifier);
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value, budget).ConfigureAwait(false);
        ReadOnlyMemory<byte> image = await UploadReader.ReadAsync(context.Request, body.Memory).ConfigureAwait(false);
        ClassifyDocument document = await ImageClassification.RunAsync(
            request, model, runner, image, body, start, context.RequestAborted).ConfigureAwait(false);
        await context.Response.WriteAsJsonAsync(
            document, PageJson.Default.ClassifyDocument, cancellationToken: context.RequestAborted).ConfigureAwait(false);
    }

    private ServedModel FindDefault(string? name, string? version)
        => models.Find(name ?? options.Value.DefaultModel ?? models.All[0].Name, version);
}
