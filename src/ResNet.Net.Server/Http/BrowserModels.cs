using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using ResNet.Net.Onnx;

namespace ResNet.Net.Server;

/// <summary>Serves models to the page, which runs them in the browser.</summary>
internal sealed class BrowserModels(ModelCatalog models, IOptions<ResNetServerOptions> options)
{
    private readonly ConcurrentDictionary<ResNetClassifier, Lazy<TaggedContent>> _files = new();

    /// <summary>Returns the profile, without its mean image; null if JSON cannot contain it.</summary>
    public static JsonElement? ProfileOf(ResNetClassifier classifier)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ProfileJson.Write(classifier.Profile with { MeanImage = null }));
            return document.RootElement.Clone();
        }
        catch (ResNetException)
        {
            return null;
        }
    }

    /// <summary>Maps the endpoint, if the options allow downloads.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.AllowModelDownload)
        {
            endpoints.MapGet("/models/{name}/{version}/model.onnx", SendAsync)
                .WithMetadata(new ServerEndpoint("models", ErrorForm.Problem));
        }
    }

    public BrowserDocument Describe(ServedModel model, ResNetClassifier classifier)
    {
        string? reason = FindObstacle(classifier);
        return new BrowserDocument(
            reason,
            reason is null ? $"/models/{model.Name}/{model.Version}/model.onnx" : null,
            classifier.InputName,
            classifier.OutputName,
            classifier.MapsName,
            $"{classifier.OutputKind}");
    }

    private string? FindObstacle(ResNetClassifier classifier) => classifier switch
    {
        _ when !options.Value.AllowModelDownload => "The server does not offer its models for download (setting AllowModelDownload).",
        _ when !PageFiles.HasRuntime => "The server runs without ONNX Runtime for browsers (folder wwwroot/ort).",
        { Profile.MeanImage: not null } => "The page does not support models that subtract a mean image.",
        { Profile.Interpolation: not (Interpolation.PillowBilinear or Interpolation.PillowBicubic) }
            => $"The page does not implement the model's interpolation, {classifier.Profile.Interpolation}.",
        { Crops: not CropSampling.Center } => "The page does not support models that evaluate ten crops.",
        { FixedBatch: > 1 } => "The page does not support models with a fixed batch size greater than 1.",
        _ => null,
    };

    private Task SendAsync(HttpContext context)
    {
        ServedModel model = models.Find(context.GetRouteValue("name") as string, context.GetRouteValue("version") as string);
        context.Items[typeof(ServedModel)] = model;
        ResNetClassifier classifier = model.GetRunner().Classifier;
        try
        {
            TaggedContent file = _files.GetOrAdd(
                classifier, static c => new Lazy<TaggedContent>(() => TaggedContent.Of(c.ExportModel()))).Value;
            return file.WriteAsync(context, "application/octet-stream");
        }
        catch (OnnxModelException)
        {
            throw new ServerException(StatusCodes.Status404NotFound, "The model cannot be downloaded: it cannot be written as one file.");
        }
    }
}

/// <summary>Represents the content of a response that a browser may keep while the server confirms it.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Tag">The entity tag.</param>
internal sealed record TaggedContent(byte[] Content, string Tag)
{
    public static TaggedContent Of(byte[] content)
        => new(content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");

    public async Task WriteAsync(HttpContext context, string contentType)
    {
        context.Response.Headers.ETag = Tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = Content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Content, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
