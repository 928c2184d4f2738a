using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>
/// Specifies how a model is loaded and run: the options that <see cref="ResNetClassifierOptions"/> and <see cref="ResNetEmbedderOptions"/>
/// share. Immutable: use <c>with</c> to change it. Values are validated on use.
/// </summary>
public abstract record ResNetModelOptions
{
    private protected ResNetModelOptions()
    {
    }

    /// <summary>Gets the store that provides the file of a variant.</summary>
    /// <value>The default, <see langword="null"/>, is a store with the default <see cref="ModelStoreOptions"/>.</value>
    public ModelStore? Store { get; init; }

    /// <summary>Gets the preprocessing profile that replaces the profile of the model.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>Gets which crops of an image the model sees.</summary>
    /// <value>The default is <see cref="CropSampling.Center"/>.</value>
    public CropSampling Crops { get; init; } = CropSampling.Center;

    /// <summary>Gets the limits on images.</summary>
    public ImageDecodingOptions Decoding { get; init; } = new();

    /// <summary>Gets the image decoder. Several threads may call it concurrently.</summary>
    /// <value>The default, <see langword="null"/>, is a <see cref="SkiaSharpDecoder"/>.</value>
    public IImageDecoder? Decoder { get; init; }

    /// <summary>Gets how the model uses the processor cores.</summary>
    /// <value>The default is <see cref="ExecutionMode.Automatic"/>.</value>
    public ExecutionMode ExecutionMode { get; init; }

    /// <summary>
    /// Gets the number of processor cores that the model uses, 1 or more: the threads of one run that uses all cores, or the number of
    /// images that the methods for several images run concurrently.
    /// </summary>
    /// <value>The default, <see langword="null"/>, is <see cref="Environment.ProcessorCount"/>, which respects container limits.</value>
    public int? Threads { get; init; }

    /// <summary>Gets whether the threads of a run spin while they wait for work. No thread spins between runs.</summary>
    /// <remarks>
    /// Spinning makes a run on several cores faster. Disable it if other processes need the same cores. Runs on one core never spin.
    /// </remarks>
    /// <value>The default is <see langword="true"/>.</value>
    public bool AllowSpinning { get; init; } = true;

    /// <summary>
    /// Gets the maximum number of images that the methods for several images pass to one run of the model, 1 to 1024. A batch size fixed
    /// by the model file takes precedence.
    /// </summary>
    /// <value>
    /// The default, <see langword="null"/>, is 1 on the CPU, where images run concurrently instead, and 8 on other execution providers.
    /// </value>
    public int? BatchSize { get; init; }

    /// <summary>Gets the level of graph optimization.</summary>
    /// <value>The default is <see cref="GraphOptimizationLevel.ORT_ENABLE_ALL"/>.</value>
    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>
    /// Gets whether the optimized model is cached in the folder <c>optimized</c> of <see cref="Store"/>, so that later startups on the
    /// same machine skip graph optimization.
    /// </summary>
    /// <remarks>
    /// Applies to models of 4 MiB and more that run on the CPU. An entry takes as much disk space as the model. If the folder cannot be
    /// written, the model loads without the cache.
    /// </remarks>
    /// <value>
    /// The default, <see langword="null"/>, is the environment variable <c>RESNET_NET_OPTIMIZED</c> (<c>1</c> or <c>0</c>), or
    /// <see langword="true"/> if it is not set.
    /// </value>
    public bool? CacheOptimizedModel { get; init; }

    /// <summary>Gets the execution provider that runs the model.</summary>
    /// <value>The default, <see langword="null"/>, is the CPU.</value>
    public ExecutionProvider? ExecutionProvider { get; init; }

    /// <summary>Gets session configuration entries of ONNX Runtime by key. They override the entries that this library sets.</summary>
    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets a callback that configures the ONNX Runtime session. It is called when the model is loaded, after all other options are
    /// applied, so that its settings override them. The <see cref="SessionOptions"/> are valid during the call only.
    /// </summary>
    /// <remarks>
    /// The changes it makes are unknown to this library. Therefore, the optimized model is not cached
    /// (<see cref="CacheOptimizedModel"/>), each run allocates a few bytes, and <see cref="ExecutionMode.Automatic"/> opens no second
    /// session.
    /// </remarks>
    /// <value>The default is <see langword="null"/>.</value>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    /// <summary>
    /// Gets the factory of the loggers <c>ResNet.Net.ResNetClassifier</c> or <c>ResNet.Net.ResNetEmbedder</c> and, for messages of ONNX
    /// Runtime, <see cref="ResNetTelemetry.OnnxRuntimeLogCategory"/>. Events: <c>docs/diagnostics.md</c>.
    /// </summary>
    /// <remarks>
    /// <para>A <see cref="Store"/> has a logger factory of its own.</para>
    /// <para>
    /// ONNX Runtime reads the enabled log levels once, when the model is loaded. If the application created the <see cref="OrtEnv"/>
    /// before the first model is loaded, the messages go to the log of that environment instead.
    /// </para>
    /// </remarks>
    /// <value>The default, <see langword="null"/>, disables logging.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Gets whether the model runs on the CPU.</summary>
    internal bool IsCpu => ExecutionProvider is null or { IsCpu: true };

    /// <summary>Gets the number of processor cores that the model uses.</summary>
    internal int Cores => Threads ?? Environment.ProcessorCount;

    /// <summary>Gets what the model must return.</summary>
    internal abstract RequiredOutputs RequiredOutputs { get; }

    /// <summary>Gets the public type that the model is loaded for, which names log categories and disposed objects.</summary>
    internal abstract Type OwnerType { get; }

    /// <exception cref="ArgumentException">A value is out of range; the message names the property.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Decoding);
        ArgumentNullException.ThrowIfNull(ConfigEntries);
        Decoding.Validate();
        Profile?.Validate();
        if (Threads is int threads)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(Threads));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, SessionSettings.MaxThreads, nameof(Threads));
        }

        if (BatchSize is int batchSize)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1, nameof(BatchSize));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(batchSize, 1024, nameof(BatchSize));
        }

        if (!Enum.IsDefined(ExecutionMode))
        {
            throw new ArgumentOutOfRangeException(nameof(ExecutionMode), ExecutionMode, "Use a value of ExecutionMode.");
        }

        if (!Enum.IsDefined(Crops))
        {
            throw new ArgumentOutOfRangeException(nameof(Crops), Crops, "Use a value of CropSampling.");
        }

        if (!Enum.IsDefined(Optimization))
        {
            throw new ArgumentOutOfRangeException(nameof(Optimization), Optimization, "Use a value of GraphOptimizationLevel.");
        }
    }
}
