namespace ResNet.Net.Orleans;

/// <summary>
/// Loads the models of jobs through the model store of this machine, which verifies their files, and keeps them. Thread-safe.
/// </summary>
public sealed class JobModelProvider : IJobModelProvider, IDisposable
{
    private readonly ResNetClassifierOptions _options;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<(JobModel Model, ResNetClassifier Classifier)> _known = [];
    private readonly List<ResNetClassifier> _own = [];

    /// <summary>Initializes a new instance of the <see cref="JobModelProvider"/> class.</summary>
    /// <param name="options">
    /// The options of the classifiers on this machine; <see langword="null"/> for the defaults with <see cref="ExecutionMode.Throughput"/>,
    /// which classifies most images per second.
    /// </param>
    public JobModelProvider(ResNetClassifierOptions? options = null)
        => _options = options ?? new ResNetClassifierOptions { ExecutionMode = ExecutionMode.Throughput };

    /// <summary>Adds a classifier, for example of a custom model, which the provider can't load by its name.</summary>
    /// <param name="classifier">The classifier. It stays with the caller, who keeps it until the workers have ended.</param>
    /// <exception cref="IOException">The file of a custom model can't be read.</exception>
    public void Add(ResNetClassifier classifier)
    {
        JobModel model = JobModel.Of(classifier);
        lock (_known)
        {
            _known.Add((model, classifier));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The provider is disposed.</exception>
    public async ValueTask<ResNetClassifier> GetAsync(JobModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Find(model, out _) is { } known)
        {
            return known;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(model, out string? difference) is { } loaded)
            {
                return loaded;
            }

            if (difference is null && ResNetVariant.TryParse(model.Id, out ResNetVariant? variant) && !variant.IsBackbone)
            {
                ResNetClassifier classifier
                    = await ResNetClassifier.CreateAsync(variant, _options, cancellationToken: cancellationToken).ConfigureAwait(false);
                _own.Add(classifier);
                Add(classifier);
                if (Find(model, out difference) is { } own)
                {
                    return own;
                }
            }

            throw new ResNetException(
                $"This machine does not have the model {model}: "
                + $"{difference ?? "no variant has this id, and JobModelProvider.Add was not called"}.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Disposes the classifiers that were loaded here. Calls in progress complete.</summary>
    public void Dispose()
    {
        foreach (ResNetClassifier classifier in _own)
        {
            classifier.Dispose();
        }

        _gate.Dispose();
    }

    /// <param name="model">The model.</param>
    /// <param name="difference">Receives how a model with the same id differs; null if there is none.</param>
    private ResNetClassifier? Find(JobModel model, out string? difference)
    {
        difference = null;
        lock (_known)
        {
            foreach ((JobModel own, ResNetClassifier classifier) in _known)
            {
                if (own.DifferenceFrom(model) is not string found)
                {
                    return classifier;
                }

                difference = own.Id == model.Id ? found : difference;
            }
        }

        return null;
    }
}
