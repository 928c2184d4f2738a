using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>Represents a trained classifier: a backbone and a classification layer. Immutable and thread-safe.</summary>
public sealed class TrainedClassifier
{
    // Serializing an OnnxModel is not thread-safe.
    private readonly Lock _gate = new();
    private readonly OnnxModel _model;

    internal TrainedClassifier(OnnxModel model, LabelSet labels, double unknownThreshold, TrainingReport report)
    {
        _model = model;
        Labels = labels;
        UnknownThreshold = unknownThreshold;
        Report = report;
    }

    /// <summary>Gets the labels.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the probability of the best class, from 0 to 1, below which an image counts as unknown.</summary>
    public double UnknownThreshold { get; }

    /// <summary>Gets the measurements of the training run.</summary>
    public TrainingReport Report { get; }

    /// <summary>Writes the classifier to an ONNX file with labels, profile and training facts in its metadata.</summary>
    /// <param name="path">The path. An existing file is replaced only by a complete one.</param>
    /// <exception cref="IOException">
    /// The file cannot be written, for example because the disk is full. An existing file is unchanged.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied. An existing file is unchanged.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public void Save(string path)
    {
        lock (_gate)
        {
            try
            {
                _model.Save(path);
            }
            catch (ArgumentOutOfRangeException exception) when (DiskSpace.IsExhausted(exception))
            {
                throw new IOException(
                    $"'{path}' cannot be written: the disk is full, or the file exceeds the size limit of the process.", exception);
            }
        }

        Durability.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Returns the classifier as an ONNX model, for example to quantize it.</summary>
    /// <returns>A copy, which the caller may change.</returns>
    public OnnxModel ToOnnxModel()
    {
        lock (_gate)
        {
            return _model.Clone();
        }
    }

    /// <summary>Returns a definition from which <see cref="ResNetClassifier"/> loads the classifier in memory.</summary>
    /// <param name="name">The name of the model in reports and telemetry.</param>
    /// <returns>The definition.</returns>
    public ModelDefinition ToDefinition(string name = "trained")
    {
        lock (_gate)
        {
            return new ModelDefinition(_model.ToArray()) { Name = name };
        }
    }
}
