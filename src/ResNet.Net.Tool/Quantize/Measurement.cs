using ResNet.Net.Evaluation;
using ResNet.Net.Quantization;

namespace ResNet.Net.Tool.Quantize;

/// <summary>Measures models that have the same inputs and labels as a classifier.</summary>
/// <param name="like">The classifier whose labels and profile apply.</param>
/// <param name="outputName">The output with the class scores; null if the graph determines it.</param>
/// <param name="dataset">The images to measure on.</param>
internal sealed class Measurement(ResNetClassifier like, string? outputName, ImageDataset dataset)
{
    private const int WarmUp = 10;
    private const int Timed = 100;

    private readonly ReadOnlyMemory<byte>[] _images = [.. dataset.Sample(Timed).Images.Select(i => i.Read())];

    public MeasuredModel Of(ReadOnlyMemory<byte> model, CancellationToken cancellationToken)
    {
        ModelDefinition definition = new(model)
        {
            Name = like.ModelName,
            Labels = like.Labels,
            Profile = like.Profile,
            OutputName = outputName,
            OutputKind = like.OutputKind,
        };
        using ResNetClassifier classifier = ResNetClassifier.Create(definition, new ResNetClassifierOptions { BatchSize = 32 });
        EvaluationOptions options = new() { StopOnFailure = true };
        EvaluationReport report = Evaluator.EvaluateAsync(classifier, dataset, options, null, cancellationToken).GetAwaiter().GetResult();
        double[] times = [.. Enumerable.Range(0, WarmUp + Timed).Select(i => TimeOf(classifier, i)).Skip(WarmUp).Order()];
        ModelAccuracy accuracy = new([.. report.Images.Select(i => i.PredictedClass)], report.Top1, report.Top5);
        return new MeasuredModel(accuracy, model.Length, times[times.Length / 2], report.ImagesPerSecond);
    }

    private double TimeOf(ResNetClassifier classifier, int index)
        => classifier.Classify(_images[index % _images.Length].Span).Timings.Inference.TotalMilliseconds;
}
