using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>How a classifier is created. Immutable: change it by <c>with</c>. Values are checked when it is used.</summary>
public sealed record ResNetClassifierOptions
{
    /// <summary>The store that a variant's file comes from, and is downloaded to.</summary>
    /// <value>null: a store with the default <see cref="ModelStoreOptions"/>, which the environment decides.</value>
    public ModelStore? Store { get; init; }

    /// <summary>How pictures become the input, in place of the model's own profile.</summary>
    /// <value>null: the model's own.</value>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>Which crops of a picture the model sees.</summary>
    /// <value><see cref="CropSampling.Center"/>.</value>
    public CropSampling Crops { get; init; } = CropSampling.Center;

    /// <summary>What pictures are accepted.</summary>
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

    /// <summary>The most pictures that <see cref="ResNetClassifier.ClassifyBatch(IReadOnlyList{string}, int)"/> runs at once, from 1. A model whose file fixes its batch is run with that.</summary>
    /// <value>8.</value>
    public int BatchSize { get; init; } = 8;

    /// <summary>How far ONNX Runtime optimises the graph.</summary>
    /// <value><see cref="GraphOptimization.All"/>.</value>
    public GraphOptimization Optimization { get; init; } = GraphOptimization.All;

    /// <summary>What the classifier gives besides scores: outputs that are added to the model's graph.</summary>
    /// <value><see cref="ModelOutputs.None"/>.</value>
    public ModelOutputs Outputs { get; init; }

    /// <summary>
    /// Whether the graph that ONNX Runtime has optimised is kept on the disk, in the folder <c>optimized</c> of <see cref="Store"/>: the next start on the same machine
    /// opens that, without optimising again. For models of 4 MiB and more that run on the CPU; takes as much disk as the model. Nothing fails where it cannot be written.
    /// </summary>
    /// <value>null: the environment variable <c>RESNET_NET_OPTIMIZED</c> (<c>1</c> or <c>0</c>), then true.</value>
    public bool? KeepOptimizedModel { get; init; }

    /// <summary>Where the model runs.</summary>
    /// <value>null: the CPU.</value>
    public ExecutionProvider? ExecutionProvider { get; init; }

    /// <summary>Session configuration entries of ONNX Runtime by key; they win over what this library sets.</summary>
    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The path of the ONNX Runtime library, or of its folder. One process can hold one only.</summary>
    /// <value>null: the environment variable <c>RESNET_NET_ONNXRUNTIME</c>, then the application's folders, then the system.</value>
    public string? OnnxRuntimeLibrary { get; init; }

    /// <summary>
    /// Makes the loggers of this classifier: <c>ResNet.Net.ResNetClassifier</c> and, unless <see cref="Log"/> takes them, <see cref="ResNetTelemetry.OnnxRuntimeLogCategory"/>
    /// for ONNX Runtime's messages. A <see cref="Store"/> that is given has its own. Events: <c>docs/diagnostics.md</c>.
    /// </summary>
    /// <value>null: nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Receives ONNX Runtime's messages about this classifier, in place of <see cref="LoggerFactory"/>.</summary>
    /// <value>null: they go to <see cref="LoggerFactory"/>; without that they are dropped. Errors reach you as exceptions all the same.</value>
    public OnnxRuntimeLogHandler? Log { get; init; }

    /// <summary>The least severe message of ONNX Runtime that <see cref="Log"/>, or <see cref="LoggerFactory"/> in its place, receives.</summary>
    /// <value><see cref="OnnxRuntimeLogLevel.Warning"/>.</value>
    public OnnxRuntimeLogLevel LogLevel { get; init; } = OnnxRuntimeLogLevel.Warning;

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

        if (!Enum.IsDefined(LogLevel))
        {
            throw new ArgumentOutOfRangeException(nameof(LogLevel), LogLevel, "Not a log level.");
        }
    }
}
