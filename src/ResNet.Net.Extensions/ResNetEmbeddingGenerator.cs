using Microsoft.Extensions.AI;

namespace ResNet.Net.Extensions;

/// <summary>
/// Represents an embedding generator of Microsoft.Extensions.AI that turns images into the pooled features of a classifier. Thread-safe.
/// </summary>
/// <remarks>Similar images have vectors with similar directions. The generator doesn't own its classifier.</remarks>
public sealed class ResNetEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <summary>The provider name in metadata and telemetry.</summary>
    public const string ProviderName = "resnet.net";

    private readonly Func<CancellationToken, Task<ResNetClassifier>> _get;
    private readonly Func<ResNetClassifier?> _loaded;
    private readonly string _modelName;
    private readonly bool _normalize;

    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="classifier">A classifier created with <see cref="ModelOutputs.Features"/>. The caller disposes it.</param>
    /// <param name="normalize">Whether to divide each vector by its Euclidean length, so that a dot product is a cosine similarity.</param>
    /// <exception cref="ArgumentException">The classifier has no feature output.</exception>
    public ResNetEmbeddingGenerator(ResNetClassifier classifier, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if ((classifier.Outputs & ModelOutputs.Features) == 0)
        {
            throw new ArgumentException(
                $"The classifier of '{classifier.ModelName}' has no feature output. Create it with "
                + $"ResNetClassifierOptions.{nameof(ResNetClassifierOptions.Outputs)} = ModelOutputs.Features.",
                nameof(classifier));
        }

        Task<ResNetClassifier> task = Task.FromResult(classifier);
        (_get, _loaded, _modelName, _normalize) = (_ => task, () => classifier, classifier.ModelName, normalize);
    }

    internal ResNetEmbeddingGenerator(ClassifierProvider provider, bool normalize)
        => (_get, _loaded, _modelName, _normalize) = (provider.GetAsync, () => provider.Loaded, provider.ModelName, normalize);

    /// <summary>Generates the embeddings of encoded images.</summary>
    /// <remarks>Decodes on all cores and runs the model on <see cref="ResNetClassifier.BatchSize"/> images at a time.</remarks>
    /// <param name="values">The encoded images with a media type <c>image/...</c>. Their bytes must not change during the call.</param>
    /// <param name="options">The options; null for the defaults. They may only name this generator's own model and dimensions.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>One embedding per image, in order. The usage counts the images under <c>images</c>.</returns>
    /// <exception cref="ArgumentException">
    /// A value is not an image by its media type, or the options request another model or other dimensions.
    /// </exception>
    /// <exception cref="ImageDecodeException">
    /// An image cannot be decoded; the message names it. No embeddings are returned.
    /// <see cref="ResNetClassifier.EmbedBatch(IReadOnlyList{ReadOnlyMemory{byte}}, bool)"/> continues instead.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was canceled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlyMemory<byte>[] images = [.. values.Select(ImageOf)];
        ResNetClassifier classifier = await _get(cancellationToken).ConfigureAwait(false);
        ThrowIfUnsupported(options, classifier);
        GeneratedEmbeddings<Embedding<float>> embeddings = new(images.Length)
        {
            Usage = new UsageDetails { AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["images"] = images.Length } },
        };
        foreach (ReadOnlyMemory<byte>[] batch in images.Chunk(classifier.BatchSize))
        {
            IReadOnlyList<EmbeddingOutcome> outcomes =
                await Task.Run(() => classifier.EmbedBatch(batch, _normalize), cancellationToken).ConfigureAwait(false);
            foreach (EmbeddingOutcome outcome in outcomes)
            {
                float[] vector = outcome.Error is ImageDecodeException error
                    ? throw new ImageDecodeException(error.Failure, $"Value {embeddings.Count}: {error.Reason}", null, error)
                    : outcome.Value;
                embeddings.Add(new Embedding<float>(vector) { ModelId = classifier.ModelName, CreatedAt = DateTimeOffset.UtcNow });
            }
        }

        return embeddings;
    }

    /// <summary>Gets a service: <see cref="EmbeddingGeneratorMetadata"/>, the loaded <see cref="ResNetClassifier"/>, or this.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">The key of the service. There are no keyed services.</param>
    /// <returns>The service, or null.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata()
            : serviceType == typeof(ResNetClassifier) ? _loaded()
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing, since the generator doesn't own its classifier.</summary>
    public void Dispose()
    {
    }

    private static ReadOnlyMemory<byte> ImageOf(DataContent? content, int index)
    {
        if (content is null)
        {
            throw new ArgumentException($"Value {index} is null.");
        }

        return content.HasTopLevelMediaType("image")
            ? content.Data
            : throw new ArgumentException(
                $"Value {index} has the media type '{content.MediaType}', but only images are supported. "
                + "Provide the bytes of an image file with its media type, such as image/jpeg.");
    }

    private static void ThrowIfUnsupported(EmbeddingGenerationOptions? options, ResNetClassifier classifier)
    {
        if (options?.ModelId is string id && !id.Equals(classifier.ModelName, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The options request the model '{id}', but this generator uses '{classifier.ModelName}'. "
                + "Leave ModelId unset, or use the generator of that model: embeddings of different models cannot be compared.",
                nameof(options));
        }

        if (options?.Dimensions is int dimensions && dimensions != classifier.FeatureCount)
        {
            throw new ArgumentException(
                $"The options request {dimensions} dimensions, but the embeddings of '{classifier.ModelName}' have "
                + $"{classifier.FeatureCount}. Leave Dimensions unset.",
                nameof(options));
        }
    }

    private EmbeddingGeneratorMetadata Metadata()
    {
        ResNetClassifier? classifier = _loaded();
        int? dimensions = classifier?.FeatureCount
            ?? (ResNetVariant.TryParse(_modelName, out ResNetVariant? variant) ? variant.FeatureSize : null);
        return new EmbeddingGeneratorMetadata(ProviderName, null, classifier?.ModelName ?? _modelName, dimensions);
    }
}
