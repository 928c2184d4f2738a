using Microsoft.Extensions.AI;

namespace ResNet.Net.Extensions;

/// <summary>
/// Represents an embedding generator of Microsoft.Extensions.AI that turns images into the embeddings of a <see cref="ResNetEmbedder"/>.
/// Thread-safe.
/// </summary>
/// <remarks>Similar images have vectors with similar directions. The generator doesn't own its embedder.</remarks>
public sealed class ResNetEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <summary>The provider name in metadata and telemetry.</summary>
    public const string ProviderName = "resnet.net";

    private readonly Func<CancellationToken, Task<ResNetEmbedder>> _get;
    private readonly Func<ResNetEmbedder?> _loaded;
    private readonly Func<string> _modelName;

    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="embedder">The embedder. The caller disposes it.</param>
    public ResNetEmbeddingGenerator(ResNetEmbedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        Task<ResNetEmbedder> task = Task.FromResult(embedder);
        (_get, _loaded, _modelName) = (_ => task, () => embedder, () => embedder.ModelName);
    }

    internal ResNetEmbeddingGenerator(ModelProvider<ResNetEmbedder> provider)
        => (_get, _loaded, _modelName) = (provider.GetAsync, () => provider.Loaded, () => provider.ModelName);

    /// <summary>Generates the embeddings of encoded images.</summary>
    /// <remarks>Processes the images on all cores.</remarks>
    /// <param name="values">The encoded images with a media type <c>image/...</c>. Their bytes must not change during the call.</param>
    /// <param name="options">The options; null for the defaults. They may only name this generator's own model and dimensions.</param>
    /// <param name="cancellationToken">Cancels between two images.</param>
    /// <returns>One embedding per image, in order. The usage counts the images under <c>images</c>.</returns>
    /// <exception cref="ArgumentException">
    /// A value is not an image by its media type, or the options request another model or other dimensions.
    /// </exception>
    /// <exception cref="ImageDecodeException">
    /// An image cannot be decoded; the message names it. No embeddings are returned.
    /// <see cref="ResNetEmbedder.EmbedBatch(IReadOnlyList{InputImage}, CancellationToken)"/> continues instead.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was canceled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        InputImage[] images = [.. values.Select(ImageOf)];
        ResNetEmbedder embedder = await _get(cancellationToken).ConfigureAwait(false);
        ThrowIfUnsupported(options, embedder);
        GeneratedEmbeddings<Embedding<float>> embeddings = new(images.Length)
        {
            Usage = new UsageDetails { AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["images"] = images.Length } },
        };
        await foreach (EmbeddingOutcome outcome in embedder.EmbedManyAsync(images, cancellationToken).ConfigureAwait(false))
        {
            float[] vector = outcome.Error is ImageDecodeException error
                ? throw new ImageDecodeException(error.Failure, $"Value {embeddings.Count}: {error.Reason}", null, error)
                {
                    Remedy = error.Remedy,
                }
                : outcome.Value;
            embeddings.Add(new Embedding<float>(vector) { ModelId = embedder.ModelName, CreatedAt = DateTimeOffset.UtcNow });
        }

        return embeddings;
    }

    /// <summary>Gets a service: <see cref="EmbeddingGeneratorMetadata"/>, the loaded <see cref="ResNetEmbedder"/>, or this.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">The key of the service. There are no keyed services.</param>
    /// <returns>The service, or null.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata()
            : serviceType == typeof(ResNetEmbedder) ? _loaded()
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing, since the generator doesn't own its embedder.</summary>
    public void Dispose()
    {
    }

    private static InputImage ImageOf(DataContent? content, int index)
    {
        if (content is null)
        {
            throw new ArgumentException($"Value {index} is null.");
        }

        return content.HasTopLevelMediaType("image")
            ? InputImage.FromEncoded(content.Data)
            : throw new ArgumentException(
                $"Value {index} has the media type '{content.MediaType}', but only images are supported. "
                + "Provide the bytes of an image file with its media type, such as image/jpeg.");
    }

    private static void ThrowIfUnsupported(EmbeddingGenerationOptions? options, ResNetEmbedder embedder)
    {
        if (options?.ModelId is string id && !id.Equals(embedder.ModelName, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The options request the model '{id}', but this generator uses '{embedder.ModelName}'. "
                + "Leave ModelId unset, or use the generator of that model: embeddings of different models cannot be compared.",
                nameof(options));
        }

        if (options?.Dimensions is int dimensions && dimensions != embedder.Dimension)
        {
            throw new ArgumentException(
                $"The options request {dimensions} dimensions, but the embeddings of '{embedder.ModelName}' have "
                + $"{embedder.Dimension}. Leave Dimensions unset.",
                nameof(options));
        }
    }

    private EmbeddingGeneratorMetadata Metadata()
    {
        string model = _modelName();
        int? dimensions = _loaded()?.Dimension ?? (ResNetVariant.TryParse(model, out ResNetVariant? variant) ? variant.FeatureSize : null);
        return new EmbeddingGeneratorMetadata(ProviderName, null, model, dimensions);
    }
}
