using System.Diagnostics.CodeAnalysis;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Describes a published model, with everything needed to use it: a ResNet of the ONNX Model Zoo, a ResNet-50 in Caffe2's own format, a
/// backbone without a classification head, or an embedded CIFAR-10 model.
/// </summary>
public sealed partial record ResNetVariant
{
    private ResNetVariant()
    {
    }

    /// <summary>Gets the id, such as <c>resnet50-v1-12-int8</c>.</summary>
    public string Id { get; private init; } = "";

    /// <summary>
    /// Gets the files of the model: one ONNX file; for Caffe2's own format (<see cref="IsImported"/>) <c>init_net.pb</c> with the weights
    /// and <c>predict_net.pb</c> with the operators.
    /// </summary>
    public IReadOnlyList<VariantFile> Files { get; internal init; } = [];

    /// <summary>
    /// Gets whether the files are in Caffe2's own format (NetDef). <see cref="ModelStore"/> imports them once and keeps the ONNX model.
    /// </summary>
    public bool IsImported { get; private init; }

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

    /// <summary>Gets the opset of the file; for Caffe2's own format, that of the imported model.</summary>
    public int Opset { get; private init; }

    /// <summary>Gets the precision of the convolutions.</summary>
    public ModelPrecision Precision { get; private init; }

    /// <summary>Gets the quantization format; <see langword="null"/> for <see cref="ModelPrecision.Fp32"/>.</summary>
    public QuantizationFormat? QuantizationFormat { get; private init; }

    /// <summary>Gets the size of the files in bytes; <see langword="null"/> if the size of one is not published.</summary>
    public long? Bytes => Files.Aggregate((long?)0, (sum, file) => sum + file.Bytes);

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
    public int FeatureSize { get; internal init; }

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

    /// <summary>Gets the zoo's archive of test data; <see langword="null"/> for variants that are not from the zoo.</summary>
    public VariantFile? TestData { get; internal init; }

    /// <summary>Gets whether the model is embedded in this library and needs no file.</summary>
    public bool IsEmbedded => Origin == ModelOrigin.ResNetNet;

    /// <summary>
    /// Gets whether ONNX Runtime opens the file unchanged. It rejects BatchNormalization of opsets below 7, and Caffe2's own format.
    /// </summary>
    /// <remarks><see cref="ResNetClassifier"/> opens every variant: it upgrades or imports such files.</remarks>
    public bool LoadsInOnnxRuntime => Opset >= 7 && !IsImported;

    /// <summary>Gets the number of rows, and of columns, of the input.</summary>
    public int InputSize => Profile.Crop.Height;

    /// <summary>Gets the labels, in output order; for a backbone, those of the classes that it was trained on.</summary>
    public LabelSet Labels => IsEmbedded ? LabelSet.Cifar10 : LabelSet.ImageNet;

    /// <summary>Gets the number of elements in the weights of the convolutions and the dense layer; 0 if it is not checked.</summary>
    internal long WeightCount { get; init; }

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

    /// <summary>Returns whether two variants have the same id and the same files.</summary>
    /// <param name="other">The other variant; may be <see langword="null"/>.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(ResNetVariant? other)
        => other is not null && Id == other.Id && TestData == other.TestData && Files.SequenceEqual(other.Files);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Returns the variant with another size and hash of its only file.</summary>
    internal ResNetVariant WithFile(long bytes, string sha256)
        => this with { Files = [Files.Single() with { Bytes = bytes, Sha256 = sha256 }] };
}
