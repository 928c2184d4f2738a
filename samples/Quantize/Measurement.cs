using ResNet.Net.Evaluation;
using ResNet.Net.Quantization;

namespace ResNet.Net.Samples.Quantize;

/// <summary>Measures models that take the same pictures as a classifier.</summary>
/// <param name="like">Gives labels, profile and batch size.</param>
/// <param name="kind">What the models' output holds.</param>
/// <param name="dataset">The pictures.</param>
internal sealed class Measurement(ResNetClassifier like, OutputKind kind, ImageDataset dataset)
{
    private const int WarmUp = 10;
    private const int Timed = 100;

    private readonly ReadOnlyMemory<byte>[] _pictures = [.. dataset.Sample(Timed).Images.Select(i => i.Read())];

    public MeasuredModel Of(ReadOnlyMemory<byte> model, CancellationToken cancellationToken)
    {
        ModelDefinition definition = new(model) { Name = like.ModelName, Labels = like.Labels, Profile = like.Profile, OutputKind = kind };
        using ResNetClassifier classifier = ResNetClassifier.Create(definition, new ResNetClassifierOptions { BatchSize = 32 });
        EvaluationReport report = Evaluator.EvaluateAsync(classifier, dataset, new EvaluationOptions { StopOnFailure = true }, null, cancellationToken).GetAwaiter().GetResult();
        double[] times = [.. Enumerable.Range(0, WarmUp + Timed).Select(i => classifier.Classify(_pictures[i % _pictures.Length].Span).Timings.Inference.TotalMilliseconds).Skip(WarmUp).Order()];
        return new MeasuredModel(new ModelAccuracy([.. report.Images.Select(i => i.PredictedClass)], report.Top1, report.Top5), model.Length, times[times.Length / 2], report.ImagesPerSecond);
    }
}
