namespace ResNet.Net;

/// <summary>One model file: a ResNet of the ONNX Model Zoo, or one of the two embedded CIFAR-10 models. Carries every fact that is needed to use it.</summary>
public sealed partial record ResNetVariant
{
    private ResNetVariant()
    {
    }

    /// <summary>The id, such as <c>resnet50-v1-12-int8</c>.</summary>
    public string Id { get; private init; } = "";

    /// <summary>The name of the model's file.</summary>
    public string FileName { get; private init; } = "";

    /// <summary>Where it was trained.</summary>
    public ModelOrigin Origin { get; private init; }

    /// <summary>Layers with weights: 18, 20, 34, 50, 101 or 152.</summary>
    public int Depth { get; private init; }

    /// <summary>1 for He et al. 2015 (arXiv:1512.03385), 2 for pre-activation, He et al. 2016 (arXiv:1603.05027).</summary>
    public int Version { get; private init; }

    /// <summary>The ONNX operator set of the file.</summary>
    public int Opset { get; private init; }

    /// <summary>The arithmetic of its convolutions.</summary>
    public ModelPrecision Precision { get; private init; }

    /// <summary>How it is quantized; null for <see cref="ModelPrecision.Fp32"/>.</summary>
    public QuantizationFormat? QuantizationFormat { get; private init; }

    /// <summary>The file's size.</summary>
    public long Bytes { get; internal init; }

    /// <summary>The file's SHA-256, lower-case hexadecimal.</summary>
    public string Sha256 { get; internal init; } = "";

    /// <summary>The name of the input, <c>[N, 3, InputSize, InputSize]</c> float32.</summary>
    public string InputName { get; private init; } = "";

    /// <summary>The name of the output, <c>[N, Labels.Count]</c> float32.</summary>
    public string OutputName { get; private init; } = "";

    /// <summary>What the output holds.</summary>
    public OutputKind OutputKind { get; private init; }

    /// <summary>The name of the tensor of pooled features inside the graph; null where the file's name for it is not known.</summary>
    public string? FeatureName { get; private init; }

    /// <summary>How many pooled features there are: 64, 512 or 2048.</summary>
    public int FeatureSize { get; private init; }

    /// <summary>Published top-1 accuracy in percent, on the validation set of the classes' data set; for the embedded model, measured by this project's tests.</summary>
    public double Top1 { get; private init; }

    /// <summary>Published top-5 accuracy in percent; null where none is published.</summary>
    public double? Top5 { get; private init; }

    /// <summary>Who published the accuracies.</summary>
    public string AccuracySource { get; private init; } = "";

    /// <summary>The recipe of the published accuracy.</summary>
    public PreprocessingProfile Profile { get; private init; } = PreprocessingProfile.Mxnet;

    /// <summary>The batch size that the file prescribes; null when it is free.</summary>
    public int? FixedBatch { get; private init; }

    /// <summary>The zoo's archive of test inputs and outputs; null for the embedded model.</summary>
    public VariantTestData? TestData { get; internal init; }

    /// <summary>Whether the model is part of this library and needs no file.</summary>
    public bool IsEmbedded => Origin == ModelOrigin.ResNetNet;

    /// <summary>Whether ONNX Runtime alone opens the file as it is; it refuses BatchNormalization of opsets below 7. <see cref="ResNetClassifier"/> opens every variant: it upgrades such files in memory.</summary>
    public bool LoadsInOnnxRuntime => Opset >= 7;

    /// <summary>Rows and columns of the input.</summary>
    public int InputSize => Profile.Crop.Height;

    /// <summary>The names of the classes.</summary>
    public LabelSet Labels => IsEmbedded ? LabelSet.Cifar10 : LabelSet.ImageNet;

    /// <summary>Finds a variant by its id, whatever the case.</summary>
    /// <param name="id">An id such as <c>resnet50-v1-7</c>.</param>
    /// <returns>The variant.</returns>
    /// <exception cref="ArgumentException">There is no such variant; the message lists those that there are.</exception>
    public static ResNetVariant Parse(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return TryParse(id, out ResNetVariant? variant)
            ? variant
            : throw new ArgumentException($"There is no variant '{id}'. There are: {string.Join(", ", All.Select(v => v.Id))}.", nameof(id));
    }

    /// <summary>Finds a variant by its id, whatever the case.</summary>
    /// <param name="id">An id such as <c>resnet50-v1-7</c>.</param>
    /// <param name="variant">The variant, if there is one.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryParse(string? id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResNetVariant? variant)
    {
        variant = All.FirstOrDefault(v => v.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
        return variant is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
