using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>Represents a trained classifier: a backbone and a classification layer. Immutable and thread-safe.</summary>
public sealed class TrainedClassifier
{
    internal TrainedClassifier(OnnxModel model, LabelSet labels, double unknownThreshold, TrainingReport report)
    {
        Model = model;
        Labels = labels;
        UnknownThreshold = unknownThreshold;
        Report = report;
    }

    /// <summary>Gets the labels.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the probability of the best class below which an image probably belongs to none of the classes, from 0 to 1.</summary>
    public double UnknownThreshold { get; }

    /// <summary>Gets what the training measured.</summary>
    public TrainingReport Report { get; }

    private OnnxModel Model { get; }

    /// <summary>Writes the classifier to an ONNX file with labels, profile and training facts in its metadata.</summary>
    /// <param name="path">The path. An existing file is replaced only by a complete one.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public void Save(string path) => throw new NotImplementedException();

    /// <summary>Returns the classifier as an ONNX model, for example to quantize it.</summary>
    /// <returns>A copy, which the caller may change.</returns>
    public OnnxModel ToOnnxModel() => Model.Clone();

    /// <summary>Returns a definition with which <see cref="ResNetClassifier"/> loads the classifier from memory.</summary>
    /// <param name="name">The name of the model in reports and telemetry.</param>
    /// <returns>The definition.</returns>
    public ModelDefinition ToDefinition(string name = "trained") => new(Model.ToArray()) { Name = name };
}
