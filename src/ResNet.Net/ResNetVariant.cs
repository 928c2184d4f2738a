using System.Diagnostics.CodeAnalysis;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Describes a published model file, with everything needed to use it: a ResNet of the ONNX Model Zoo, a backbone without a classification
/// head, or an embedded CIFAR-10 model.
/// </summary>
public sealed partial record ResNetVariant
{
    private ResNetVariant()
    {
    }

    /// <summary>Gets the id, such as <c>resnet50-v1-12-int8</c>.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Gets the name of the model file.</summary>
    public string FileName { get; private init; } = "";

    /// <summary>Gets the id of the NuGet package that has the file; <see langword="null"/> for the other variants.</summary>
    /// <remarks>
    /// The build copies the file to the folder <c>models</c> next to the application, where <see cref="ModelStore"/> finds it.
    /// </remarks>
    public string? PackageId { get; private init; }

    /// <summary>Gets where the model was trained.</summary>
    public ModelOrigin Origin { get; private init; }

    /// <summary>Gets the number of layers with weights: 18, 20, 34, 50, 101 or 152.</summary>
    public int Depth { get; private init; }

    /// <summary>
    /// Gets the version of the architecture: 1 for He et al. 2015 (arXiv:1512.03385), 2 for pre-activation, He et al. 2016
    /// (arXiv:1603.05027).
    /// </summary>
    public int Version { get; private init; }

    /// <summary>Gets the opset of the file.</summary>
    public int Opset { get; private init; }

    /// <summary>Gets the precision of the convolutions.</summary>
    public ModelPrecision Precision { get; private init; }

    /// <summary>Gets the quantization format; <see langword="null"/> for <see cref="ModelPrecision.Fp32"/>.</summary>
    public QuantizationFormat? QuantizationFormat { get; private init; }

    /// <summary>Gets the size of the file in bytes.</summary>
    public long Bytes { get; internal init; }

    /// <summary>Gets the SHA-256 of the file, in lowercase hexadecimal.</summary>
    public string Sha256 { get; internal init; } = "";

    /// <summary>Gets the name of the input, <c>[N, 3, InputSize, InputSize]</c> float32.</summary>
    public string InputName { get; private init; } = "";

    /// <summary>
    /// Gets the name of the output: <c>[N, Labels.Count]</c> float32; for a backbone, <c>[N, FeatureSize, 1, 1]</c> float32.
    /// </summary>
    public string OutputName { get; private init; } = "";

    /// <summary>Gets whether the network ends with its pooled features: it has embeddings, but no class scores.</summary>
    public bool IsBackbone { get; private init; }

    /// <summary>Gets what the output contains. Meaningless for a backbone.</summary>
    public OutputKind OutputKind { get; private init; }

    /// <summary>Gets the name of the tensor with the pooled features; <see langword="null"/> if it is unknown.</summary>
    public string? FeatureName { get; private init; }

    /// <summary>Gets the number of pooled features: 64, 512 or 2048.</summary>
    public int FeatureSize { get; private init; }

    /// <summary>
    /// Gets the top-1 accuracy in percent on the validation set of the dataset: as published, or, for embedded models, as measured by
    /// this project's tests. <see langword="null"/> for a backbone.
    /// </summary>
    public double? Top1 { get; private init; }

    /// <summary>Gets the published top-5 accuracy in percent; <see langword="null"/> if none is published.</summary>
    public double? Top5 { get; private init; }

    /// <summary>Gets the source of the accuracies.</summary>
    public string AccuracySource { get; private init; } = "";

    /// <summary>Gets the preprocessing profile with which the accuracies were measured; for a backbone, that of its training.</summary>
    public PreprocessingProfile Profile { get; private init; } = null!;

    /// <summary>Gets the batch size that the file fixes; <see langword="null"/> if it is variable.</summary>
    public int? FixedBatch { get; private init; }

    /// <summary>Gets the zoo's archive of test data; <see langword="null"/> for embedded models and backbones.</summary>
    public VariantTestData? TestData { get; internal init; }

    /// <summary>Gets whether the model is embedded in this library and needs no file.</summary>
    public bool IsEmbedded => Origin == ModelOrigin.ResNetNet;

    /// <summary>Gets whether ONNX Runtime opens the file unchanged. It rejects BatchNormalization of opsets below 7.</summary>
    /// <remarks><see cref="ResNetClassifier"/> opens every variant: it upgrades such files in memory.</remarks>
    public bool LoadsInOnnxRuntime => Opset >= 7;

    /// <summary>Gets the number of rows, and of columns, of the input.</summary>
    public int InputSize => Profile.Crop.Height;

    /// <summary>Gets the labels, in output order; for a backbone, those of the classes that it was trained on.</summary>
    public LabelSet Labels => IsEmbedded ? LabelSet.Cifar10 : LabelSet.ImageNet;

    /// <summary>Returns the variant with an id, ignoring case.</summary>
    /// <param name="id">An id such as <c>resnet50-v1-7</c>.</param>
    /// <returns>The variant.</returns>
    /// <exception cref="ArgumentException">No variant has the id; the message lists all ids.</exception>
    public static ResNetVariant Parse(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return TryParse(id, out ResNetVariant? variant)
            ? variant
            : throw new ArgumentException(
                $"There is no variant '{id}'. Use one of: {string.Join(", ", All.Select(v => v.Id))}.", nameof(id));
    }

    /// <summary>Finds the variant with an id, ignoring case.</summary>
    /// <param name="id">An id such as <c>resnet50-v1-7</c>.</param>
    /// <param name="variant">The variant; <see langword="null"/> if none has the id.</param>
    /// <returns>Whether a variant has the id.</returns>
    public static bool TryParse(string? id, [NotNullWhen(true)] out ResNetVariant? variant)
    {
        variant = All.FirstOrDefault(v => v.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
        return variant is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
