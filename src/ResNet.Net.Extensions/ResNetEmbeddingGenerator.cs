using Microsoft.Extensions.AI;
using ResNet.Net.Extensions.Internals;

namespace ResNet.Net.Extensions;

/// <summary>
/// A classifier's pooled features as embeddings of Microsoft.Extensions.AI: pictures in, vectors out. Pictures of alike content have vectors in alike directions.
/// Thread-safe. It owns no classifier: disposing it does nothing.
/// </summary>
public sealed class ResNetEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <summary>Under which name metadata and telemetry know who makes the embeddings.</summary>
    public const string ProviderName = "resnet.net";

    private readonly Func<CancellationToken, Task<ResNetClassifier>> _get;
    private readonly Func<ResNetClassifier?> _loaded;
    private readonly string _modelName;
    private readonly bool _normalize;

    /// <summary>Takes a classifier.</summary>
    /// <param name="classifier">A classifier that was created with <see cref="ModelOutputs.Features"/>; the caller disposes it.</param>
    /// <param name="normalize">Whether each vector is divided by its Euclidean length, so that a dot product is a cosine similarity.</param>
    /// <exception cref="ArgumentException">The classifier gives no features.</exception>
    public ResNetEmbeddingGenerator(ResNetClassifier classifier, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if ((classifier.Outputs & ModelOutputs.Features) == 0)
        {
            throw new ArgumentException($"The classifier of '{classifier.ModelName}' gives no features. Create it with ResNetClassifierOptions.{nameof(ResNetClassifierOptions.Outputs)} = ModelOutputs.Features.", nameof(classifier));
        }

        Task<ResNetClassifier> task = Task.FromResult(classifier);
        (_get, _loaded, _modelName, _normalize) = (_ => task, () => classifier, classifier.ModelName, normalize);
    }

    internal ResNetEmbeddingGenerator(ClassifierProvider provider, bool normalize)
        => (_get, _loaded, _modelName, _normalize) = (provider.GetAsync, () => provider.Loaded, provider.ModelName, normalize);

    /// <summary>Makes the embeddings of encoded pictures, decoding on all cores and running the model on <see cref="ResNetClassifier.BatchSize"/> of them at a time.</summary>
    /// <param name="values">Whole picture files (JPEG, PNG, WebP, GIF, TIFF) with a media type <c>image/...</c>; their bytes must not change meanwhile.</param>
    /// <param name="options">May ask for the model and for the dimensions that there are, and for no others; null for these.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>An embedding a picture, in the order given; its usage has their number under <c>pictures</c>.</returns>
    /// <exception cref="ArgumentException">A value is no picture by its media type, or the options ask for another model or other dimensions.</exception>
    /// <exception cref="ImageDecodeException">A picture cannot be decoded; the message says which. There are no embeddings then, as is usual for generators: <see cref="ResNetClassifier.EmbedBatch(IReadOnlyList{ReadOnlyMemory{byte}}, bool)"/> goes on.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlyMemory<byte>[] pictures = [.. values.Select(PictureOf)];
        ResNetClassifier classifier = await _get(cancellationToken).ConfigureAwait(false);
        ThrowUnlessServed(options, classifier);
        GeneratedEmbeddings<Embedding<float>> embeddings = new(pictures.Length)
        {
            Usage = new UsageDetails { AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["pictures"] = pictures.Length } },
        };
        foreach (ReadOnlyMemory<byte>[] batch in pictures.Chunk(classifier.BatchSize))
        {
            IReadOnlyList<EmbeddingOutcome> outcomes = await Task.Run(() => classifier.EmbedBatch(batch, _normalize), cancellationToken).ConfigureAwait(false);
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

    /// <summary>Gives what is inside: <see cref="EmbeddingGeneratorMetadata"/>, the <see cref="ResNetClassifier"/> once it is loaded, the generator itself.</summary>
    /// <param name="serviceType">What is wanted.</param>
    /// <param name="serviceKey">Under which key; there is nothing under any.</param>
    /// <returns>It, or null.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata()
            : serviceType == typeof(ResNetClassifier) ? _loaded()
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the classifier belongs to somebody else.</summary>
    public void Dispose()
    {
    }

    private static ReadOnlyMemory<byte> PictureOf(DataContent? content, int index)
    {
        if (content is null)
        {
            throw new ArgumentException($"Value {index} is null.");
        }

        return content.HasTopLevelMediaType("image")
            ? content.Data
            : throw new ArgumentException($"Value {index} has the media type '{content.MediaType}'. Only pictures have embeddings here: give the bytes of a JPEG, PNG, WebP, GIF or TIFF file with its media type, such as image/jpeg.");
    }

    private static void ThrowUnlessServed(EmbeddingGenerationOptions? options, ResNetClassifier classifier)
    {
        if (options?.ModelId is string id && !id.Equals(classifier.ModelName, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"The options ask for the model '{id}', but this generator has '{classifier.ModelName}'. Embeddings of different models cannot be compared: leave ModelId unset, or use the generator of that model.", nameof(options));
        }

        if (options?.Dimensions is int dimensions && dimensions != classifier.FeatureCount)
        {
            throw new ArgumentException($"The options ask for {dimensions} dimensions, but the embeddings of '{classifier.ModelName}' have {classifier.FeatureCount}. Leave Dimensions unset.", nameof(options));
        }
    }

    private EmbeddingGeneratorMetadata Metadata()
    {
        ResNetClassifier? classifier = _loaded();
        int? dimensions = classifier?.FeatureCount ?? (ResNetVariant.TryParse(_modelName, out ResNetVariant? variant) ? variant.FeatureSize : null);
        return new EmbeddingGeneratorMetadata(ProviderName, null, classifier?.ModelName ?? _modelName, dimensions);
    }
}
