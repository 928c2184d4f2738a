using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>
/// Represents the network whose features are classified. Its graph is that of the exported classifier, so that both compute the same
/// features. Owns the embedder.
/// </summary>
internal sealed class Backbone : IDisposable
{
    private Backbone(string name, OnnxModel graph, byte[] identity, ResNetEmbedder embedder, ResNetEmbedderOptions options)
    {
        Name = name;
        Graph = graph;
        Identity = identity;
        Embedder = embedder;
        Options = options;
    }

    /// <summary>Gets the id of the variant, or the name of the model definition.</summary>
    public string Name { get; }

    /// <summary>Gets the graph from the input, float <c>[N, 3, H, W]</c>, to the features, float <c>[N, Dimension]</c>.</summary>
    public OnnxModel Graph { get; }

    /// <summary>Gets the profile that produces the input.</summary>
    public PreprocessingProfile Profile => Embedder.Profile;

    /// <summary>Gets the number of features of a view.</summary>
    public int Dimension => Embedder.Dimension;

    /// <summary>Gets a hash of everything that determines the features of an image file: 32 bytes.</summary>
    public byte[] Identity { get; }

    /// <summary>Gets the embedder, which doesn't normalize.</summary>
    public ResNetEmbedder Embedder { get; }

    /// <summary>Gets the options that the network was opened with.</summary>
    public ResNetEmbedderOptions Options { get; }

    /// <summary>Opens a variant, which is downloaded if necessary.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="options">The options of the embedder. <see cref="ResNetEmbedderOptions.Normalize"/> has no effect.</param>
    /// <param name="cancellationToken">Cancels a download.</param>
    /// <returns>The network.</returns>
    /// <exception cref="TrainingException">The model has no pooled features.</exception>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static async Task<Backbone> OpenAsync(
        ResNetVariant variant, ResNetEmbedderOptions options, CancellationToken cancellationToken)
    {
        LoadPlan plan = PlanFor(options);
        ResolvedModel model = await plan.ResolveAsync(variant, null, cancellationToken).ConfigureAwait(false);
        return await LoadPlan.RunAsync(() => Open(model, plan, options), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a custom model.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="options">The options of the embedder. <see cref="ResNetEmbedderOptions.Normalize"/> has no effect.</param>
    /// <param name="cancellationToken">Cancels before the model is opened.</param>
    /// <returns>The network.</returns>
    /// <exception cref="TrainingException">The model has no pooled features.</exception>
    /// <exception cref="ModelUnavailableException">The file does not exist.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Task<Backbone> OpenAsync(
        ModelDefinition definition, ResNetEmbedderOptions options, CancellationToken cancellationToken)
    {
        LoadPlan plan = PlanFor(options);
        return LoadPlan.RunAsync(() => Open(ResolvedModel.For(definition), plan, options), cancellationToken);
    }

    public void Dispose() => Embedder.Dispose();

    private static LoadPlan PlanFor(ResNetEmbedderOptions options)
        => options.Crops == CropSampling.Center
            ? new LoadPlan(options)
            : throw new ArgumentException(
                $"{nameof(TrainingOptions.Backbone)}.{nameof(options.Crops)} is {options.Crops}, but the trained classifier sees the "
                + $"center crop. Set it to {CropSampling.Center}; {nameof(TrainingOptions.Augmentation)} adds views.",
                nameof(options));

    private static Backbone Open(ResolvedModel model, LoadPlan plan, ResNetEmbedderOptions options)
    {
        model.Profile?.Validate();
        model = ModelAdapter.AdaptInput(model, options.Profile);
        (OnnxModel graph, PreprocessingProfile profile) = FeatureGraph.Create(model, plan.Session);
        byte[] bytes = graph.ToArray();
        ResNetEmbedder embedder = ResNetEmbedder.Create(
            new ModelDefinition(bytes) { Name = model.Name, Profile = profile }, options with { Profile = null, Normalize = false });
        return new Backbone(model.Name, graph, FeatureCache.IdentityOf(bytes, profile, options), embedder, options);
    }
}
