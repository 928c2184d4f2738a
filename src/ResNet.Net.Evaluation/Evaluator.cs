using ResNet.Net.Evaluation.Internals;

namespace ResNet.Net.Evaluation;

/// <summary>Measures classifiers on data sets.</summary>
/// <example>
/// <code>
/// using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
/// using var dataset = ImageDataset.Open("cifar10-test.zip", classifier.Labels);
/// EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);
/// Console.WriteLine(report.ToText());
/// </code>
/// </example>
public static class Evaluator
{
    /// <summary>
    /// Classifies every picture of a data set and reports how well. Reads and decodes ahead of the model on all cores; memory does not grow with the size of the pictures' files.
    /// The result is the same whatever the number of threads, and whether it was interrupted or not.
    /// </summary>
    /// <param name="classifier">The model, with the crops that it is to see; stays open, and may serve others meanwhile.</param>
    /// <param name="dataset">The pictures; stays open.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Learns how far it is, after every batch; null for nobody.</param>
    /// <param name="cancellationToken">Ends it after the batches that are in work; a journal keeps what is done.</param>
    /// <returns>The report.</returns>
    /// <exception cref="EvaluationException">The classes of model and data set differ, the journal is another evaluation's, or a picture failed and none may.</exception>
    /// <exception cref="ResNetException">The model gave no numbers.</exception>
    /// <exception cref="InferenceException">The model cannot be run.</exception>
    /// <exception cref="IOException">The journal cannot be read or written.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The classifier or the data set is disposed.</exception>
    public static Task<EvaluationReport> EvaluateAsync(
        ResNetClassifier classifier,
        ImageDataset dataset,
        EvaluationOptions? options = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new EvaluationOptions();
        options.Validate();
        ClassAgreement.Check(classifier, dataset);
        return Task.Run(() => new EvaluationRun(classifier, dataset, options, progress).RunAsync(cancellationToken), cancellationToken);
    }
}
