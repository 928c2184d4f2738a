using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>How a classifier is created. Immutable: change it by <c>with</c>. Values are checked when it is used.</summary>
public sealed record ResNetClassifierOptions
{
    /// <summary>The store that a variant's file comes from, and is downloaded to.</summary>
    /// <value>null: a store with the default <see cref="ModelStoreOptions"/>, which the environment decides.</value>
    public ModelStore? Store { get; init; }

    /// <summary>How images become the input, in place of the model's own profile.</summary>
    /// <value>null: the model's own.</value>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>Which crops of an image the model sees.</summary>
    /// <value><see cref="CropSampling.Center"/>.</value>
    public CropSampling Crops { get; init; } = CropSampling.Center;

    /// <summary>What images are accepted.</summary>
    public ImageDecodingOptions Decoding { get; init; } = new();

    /// <summary>Gets what decodes images. Any number of threads call it concurrently.</summary>
    /// <value><see langword="null"/>: a <see cref="SkiaSharpDecoder"/>.</value>
    public IImageDecoder? Decoder { get; init; }

    /// <summary>Threads for one run of the model, from 1.</summary>
    /// <value>null: as many as the process has processors, container limits included.</value>
    public int? Threads { get; init; }

    /// <summary>Whether ONNX Runtime's threads spin between operators: one caller at a time may be answered a little sooner, at the price of whole cores.</summary>
    /// <value>false.</value>
    public bool AllowSpinning { get; init; }

    /// <summary>The most images that <see cref="ResNetClassifier.ClassifyBatch(IReadOnlyList{string}, int)"/> runs at once, from 1. A model whose file fixes its batch is run with that.</summary>
    /// <value>8.</value>
    public int BatchSize { get; init; } = 8;

    /// <summary>Gets how far ONNX Runtime optimizes the graph.</summary>
    /// <value><see cref="GraphOptimizationLevel.ORT_ENABLE_ALL"/>.</value>
    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>What the classifier gives besides scores: outputs that are added to the model's graph.</summary>
    /// <value><see cref="ModelOutputs.None"/>.</value>
    public ModelOutputs Outputs { get; init; }

    /// <summary>
    /// Whether the graph that ONNX Runtime has optimized is kept on the disk, in the folder <c>optimized</c> of <see cref="Store"/>: the next start on the same machine
    /// opens that, without optimizing again. For models of 4 MiB and more that run on the CPU; takes as much disk as the model. Nothing fails where it cannot be written.
    /// </summary>
    /// <value>null: the environment variable <c>RESNET_NET_OPTIMIZED</c> (<c>1</c> or <c>0</c>), then true.</value>
    public bool? KeepOptimizedModel { get; init; }

    /// <summary>Where the model runs.</summary>
    /// <value>null: the CPU.</value>
    public ExecutionProvider? ExecutionProvider { get; init; }

    /// <summary>Session configuration entries of ONNX Runtime by key; they win over what this library sets.</summary>
    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets what configures the session of ONNX Runtime further. It is called when the model is loaded, after all other options are set, so that its settings win.
    /// The <see cref="SessionOptions"/> are valid during the call only.
    /// </summary>
    /// <remarks>What it changes cannot be seen from here, so no optimized graph is kept or opened (<see cref="KeepOptimizedModel"/>), and a run allocates a few bytes.</remarks>
    /// <value>null: nothing.</value>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    /// <summary>
    /// Gets what creates the loggers of this classifier: <c>ResNet.Net.ResNetClassifier</c>, and <see cref="ResNetTelemetry.OnnxRuntimeLogCategory"/> for ONNX Runtime's messages.
    /// A <see cref="Store"/> that is given has its own. Events: <c>docs/diagnostics.md</c>.
    /// </summary>
    /// <remarks>
    /// ONNX Runtime asks once, when the model is loaded, which levels are enabled. In a process whose application created the <see cref="OrtEnv"/> before the first classifier,
    /// its messages go where that environment sends them.
    /// </remarks>
    /// <value>null: nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Decoding);
        ArgumentNullException.ThrowIfNull(ConfigEntries);
        Decoding.Validate();
        Profile?.Validate();
        if (Threads is int threads)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(Threads));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchSize, 1024);
        if (!Enum.IsDefined(Crops))
        {
            throw new ArgumentOutOfRangeException(nameof(Crops), Crops, "Not a way to crop.");
        }

        if (!Enum.IsDefined(Optimization))
        {
            throw new ArgumentOutOfRangeException(nameof(Optimization), Optimization, "Not a graph optimization level.");
        }

        if ((Outputs & ~(ModelOutputs.Features | ModelOutputs.ActivationMaps)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(Outputs), Outputs, "Not among the outputs that a model can have.");
        }
    }
}
