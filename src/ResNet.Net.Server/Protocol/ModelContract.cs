namespace ResNet.Net.Server;

/// <summary>Describes the inputs and outputs of a model in the protocol.</summary>
/// <remarks>
/// The two inputs are alternatives: encoded images, which the server decodes and preprocesses, or the values that the model takes. A
/// request contains one of them.
/// </remarks>
internal sealed class ModelContract
{
    /// <summary>The name of the input of encoded images. Many models call their own input <c>image</c>.</summary>
    public const string ImageInput = "image_bytes";

    /// <summary>The name of the output of probabilities.</summary>
    public const string ProbabilityOutput = "probabilities";

    /// <summary>The name of the parameter that requests classes.</summary>
    public const string ClassificationParameter = "classification";

    /// <summary>The name of the parameter with the time limit, in microseconds.</summary>
    public const string TimeoutParameter = "timeout";

    public ModelContract(ResNetClassifier classifier)
    {
        TensorInput = classifier.InputName;
        ScoreOutput = classifier.OutputName == ProbabilityOutput ? null : classifier.OutputName;
        ImageShape = [3, classifier.Profile.Crop.Height, classifier.Profile.Crop.Width];
        if (classifier.Crops == CropSampling.TenCrop)
        {
            ImageShape = [10, .. ImageShape];
        }

        ClassCount = classifier.Labels.Count;
        TensorMetadata image = new(ImageInput, Datatypes.Bytes, [-1]);
        TensorMetadata tensor = new(TensorInput, Datatypes.Float, [-1, .. ImageShape]);
        Inputs = [image, tensor];
        TensorMetadata probabilities = new(ProbabilityOutput, Datatypes.Float, [-1, ClassCount]);
        Outputs = ScoreOutput is null
            ? [probabilities]
            : [probabilities, new TensorMetadata(ScoreOutput, Datatypes.Float, [-1, classifier.ScoreCount])];
    }

    /// <summary>Gets the name of the input of preprocessed values: that of the model.</summary>
    public string TensorInput { get; }

    /// <summary>Gets the name of the raw output of the model; null if it is the output of probabilities.</summary>
    public string? ScoreOutput { get; }

    /// <summary>Gets the shape of a preprocessed image, <c>[3, H, W]</c>.</summary>
    public long[] ImageShape { get; }

    public int ClassCount { get; }

    public IReadOnlyList<TensorMetadata> Inputs { get; }

    public IReadOnlyList<TensorMetadata> Outputs { get; }

    /// <summary>Gets the number of values of a preprocessed image.</summary>
    public int ImageLength => (int)ImageShape.Aggregate(1L, (a, b) => a * b);
}

/// <summary>Describes an input or output. A variable dimension is -1.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
