namespace ResNet.Net.Evaluation;

/// <summary>Evaluates classifiers on datasets.</summary>
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
    /// <summary>Classifies every image of a dataset and reports the accuracy.</summary>
    /// <remarks>
    /// Uses all cores, as <see cref="ResNetClassifier.ClassifyManyAsync(IEnumerable{InputImage}, int, CancellationToken)"/> does. Memory
    /// use does not grow with the size of the dataset. The result depends neither on the number of threads nor on interruptions.
    /// </remarks>
    /// <param name="classifier">The classifier, with its crops; it is not disposed and may be used concurrently.</param>
    /// <param name="dataset">The dataset; it is not disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Receives the progress after every image; may be null.</param>
    /// <param name="cancellationToken">Cancels between two images; the journal keeps what is completed.</param>
    /// <returns>The report.</returns>
    /// <exception cref="EvaluationException">
    /// The model and the dataset have different classes, the dataset is multi-label, the journal belongs to another evaluation, or an image
    /// failed and <see cref="EvaluationOptions.StopOnFailure"/> is set.
    /// </exception>
    /// <exception cref="ResNetException">The model returned scores that are not numbers.</exception>
    /// <exception cref="InferenceException">The model cannot be run.</exception>
    /// <exception cref="IOException">The journal cannot be read or written.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The classifier or the dataset is disposed.</exception>
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
        ThrowIfClassesDiffer(classifier, dataset);
        ThrowIfMultiLabel(dataset);
        return Task.Run(() => new EvaluationRun(classifier, dataset, options, progress).RunAsync(cancellationToken), cancellationToken);
    }

    /// <exception cref="EvaluationException">The dataset is multi-label.</exception>
    internal static void ThrowIfMultiLabel(ImageDataset dataset)
    {
        if (dataset.IsMultiLabel)
        {
            throw new EvaluationException(
                $"The dataset '{dataset.Name}' is multi-label, but accuracies need exactly one class per image. "
                + "Use a dataset with one class per image.");
        }
    }

    // A class index must mean the same class to the model and to the dataset.
    private static void ThrowIfClassesDiffer(ResNetClassifier classifier, ImageDataset dataset)
    {
        LabelSet model = classifier.Labels;
        LabelSet truth = dataset.Labels;
        if (model.Count != truth.Count)
        {
            throw new EvaluationException(
                $"The model '{classifier.ModelName}' has {model.Count} classes, but the dataset '{dataset.Name}' was opened with the "
                + $"{truth.Count} labels '{truth.Name}'. Open it with the model's labels.");
        }

        if (AreGenerated(model) || AreGenerated(truth))
        {
            return;
        }

        for (int i = 0; i < model.Count; i++)
        {
            bool same = model.GetSynsetId(i) is string left && truth.GetSynsetId(i) is string right ? left == right : model[i] == truth[i];
            if (!same)
            {
                throw new EvaluationException(
                    $"Class {i} of the model '{classifier.ModelName}' is '{model[i]}', but class {i} of the dataset '{dataset.Name}' is "
                    + $"'{truth[i]}'. Open the dataset with the model's labels.");
            }
        }
    }

    // A model without labels gets 'class 0', 'class 1' and so on.
    private static bool AreGenerated(LabelSet labels) => Enumerable.Range(0, labels.Count).All(i => labels[i] == $"class {i}");
}
