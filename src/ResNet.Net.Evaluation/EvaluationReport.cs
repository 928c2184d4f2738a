namespace ResNet.Net.Evaluation;

/// <summary>Represents the results of a model on a dataset.</summary>
/// <remarks>
/// Accuracies are percentages of the classified images, as <see cref="ResNetVariant.Top1"/>; failed images are counted separately. The
/// images have one true class each. For a multi-label model (<see cref="ResNetClassifier.IsMultiLabel"/>), accuracies rank the classes by
/// their independent probabilities; loss and calibration are not defined.
/// </remarks>
public sealed class EvaluationReport
{
    private const int Five = 5;

    internal EvaluationReport(
        ResNetClassifier classifier, ImageDataset dataset, IReadOnlyList<EvaluatedImage> images, int bins, TimeSpan duration, int resumed)
        : this(classifier.ModelName, classifier.Labels, dataset.Name, images, classifier.IsMultiLabel ? 0 : bins)
    {
        Profile = classifier.Profile.Name;
        Crops = classifier.Crops;
        ExecutionProvider = classifier.ExecutionProvider;
        Duration = duration;
        Resumed = resumed;
    }

    internal EvaluationReport(string model, LabelSet labels, string dataset, IReadOnlyList<EvaluatedImage> images, int bins)
    {
        Model = model;
        Labels = labels;
        Dataset = dataset;
        Images = images;
        EvaluatedImage[] classified = [.. images.Where(i => i.Succeeded)];
        Count = classified.Length;
        Top1Count = classified.Count(i => i.IsCorrect);
        Top5Count = classified.Count(i => i.Rank <= Five);

        // Summed in dataset order, so that the result is bit-identical for any number of threads.
        bool isDistribution = bins > 0;
        MeanLoss = Count == 0 || !isDistribution ? double.NaN : classified.Average(i => i.Loss);
        MeanConfidence = Count == 0 ? double.NaN : 100 * classified.Average(i => (double)i.Confidence);
        Classes = CountClasses(classified, labels);
        ConfusionPairs = CountConfusions(classified);
        CalibrationBins = isDistribution ? Calibrate(classified, bins) : [];
        ExpectedCalibrationError = Count == 0 || !isDistribution
            ? double.NaN
            : CalibrationBins.Where(b => b.Count > 0).Sum(b => b.Count * Math.Abs(b.Accuracy - b.MeanConfidence)) / Count;
    }

    /// <summary>Gets the model's name.</summary>
    public string Model { get; }

    /// <summary>Gets the model's labels.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the name of the preprocessing profile.</summary>
    public string Profile { get; } = "";

    /// <summary>Gets the crops that the model was run on.</summary>
    public CropSampling Crops { get; }

    /// <summary>Gets the execution provider that ran the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider { get; } = "";

    /// <summary>Gets the dataset's name.</summary>
    public string Dataset { get; }

    /// <summary>Gets the result of every image, in dataset order.</summary>
    public IReadOnlyList<EvaluatedImage> Images { get; }

    /// <summary>Gets the number of classified images, which all accuracies refer to.</summary>
    public int Count { get; }

    /// <summary>Gets the number of images that could not be read or decoded.</summary>
    public int Failed => Images.Count - Count;

    /// <summary>Gets the images that could not be read or decoded, with their errors.</summary>
    public IEnumerable<EvaluatedImage> Failures => Images.Where(i => !i.Succeeded);

    /// <summary>Gets the number of images whose most probable class is the true class.</summary>
    public int Top1Count { get; }

    /// <summary>Gets the number of images whose true class is among the five most probable classes.</summary>
    public int Top5Count { get; }

    /// <summary>Gets the top-1 accuracy in percent; NaN if no image was classified.</summary>
    public double Top1 => Percent(Top1Count);

    /// <summary>Gets the top-5 accuracy in percent; NaN if no image was classified.</summary>
    public double Top5 => Percent(Top5Count);

    /// <summary>Gets the 95 % confidence interval of <see cref="Top1"/>.</summary>
    public ConfidenceInterval Top1Interval => Wilson.Interval(Top1Count, Count);

    /// <summary>Gets the 95 % confidence interval of <see cref="Top5"/>.</summary>
    public ConfidenceInterval Top5Interval => Wilson.Interval(Top5Count, Count);

    /// <summary>
    /// Gets the mean cross-entropy in nats; NaN if no image was classified, or if the probabilities of a multi-label model are independent.
    /// </summary>
    public double MeanLoss { get; }

    /// <summary>Gets the mean probability of the predicted class in percent; NaN if no image was classified.</summary>
    public double MeanConfidence { get; }

    /// <summary>Gets the accuracy of each class, in label order.</summary>
    public IReadOnlyList<ClassAccuracy> Classes { get; }

    /// <summary>Gets the confused classes, most frequent first, then by class.</summary>
    public IReadOnlyList<ConfusionPair> ConfusionPairs { get; }

    /// <summary>Gets the accuracy by confidence, in bins of equal width; empty for a multi-label model.</summary>
    public IReadOnlyList<CalibrationBin> CalibrationBins { get; }

    /// <summary>
    /// Gets the expected calibration error in percentage points (Guo et al. 2017); NaN if no image was classified, or for a multi-label
    /// model, whose probability of a class does not estimate how often the class is the only one.
    /// </summary>
    /// <remarks>It is the mean distance between accuracy and confidence over the bins, weighted by their number of images.</remarks>
    public double ExpectedCalibrationError { get; }

    /// <summary>Gets the duration of this run, excluding an earlier run that it resumed.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Gets the number of images whose results come from the journal of an earlier run.</summary>
    public int Resumed { get; }

    /// <summary>Gets the mean speed of this run, including reading and decoding; 0 if all results come from the journal.</summary>
    public double ImagesPerSecond => Duration > TimeSpan.Zero ? (Images.Count - Resumed) / Duration.TotalSeconds : 0;

    /// <summary>Creates the report of a model whose probabilities were computed elsewhere.</summary>
    /// <remarks>The report has no profile, execution provider or duration.</remarks>
    /// <param name="model">The model's name.</param>
    /// <param name="dataset">The dataset, with one class per image.</param>
    /// <param name="probabilities">
    /// The probability of each class for each image, <c>[Images, Classes]</c> in row-major order; each row sums to 1.
    /// </param>
    /// <param name="calibrationBins">The number of equal-width confidence bins, from 1 to 1000.</param>
    /// <returns>The report.</returns>
    /// <exception cref="EvaluationException">The dataset is multi-label.</exception>
    /// <exception cref="ArgumentException">
    /// The number of probabilities is not the number of images times the number of classes, a probability is not from 0 to 1, or
    /// <paramref name="calibrationBins"/> is out of range.
    /// </exception>
    public static EvaluationReport FromProbabilities(
        string model, ImageDataset dataset, ReadOnlySpan<float> probabilities, int calibrationBins = 15)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(dataset);
        new EvaluationOptions { CalibrationBins = calibrationBins }.Validate();
        Evaluator.ThrowIfMultiLabel(dataset);
        int classes = dataset.Labels.Count;
        if (probabilities.Length != (long)dataset.Images.Count * classes)
        {
            throw new ArgumentException(
                $"There are {probabilities.Length} probabilities, but {dataset.Images.Count} images of {classes} classes need "
                + $"{(long)dataset.Images.Count * classes}.",
                nameof(probabilities));
        }

        EvaluatedImage[] images = new EvaluatedImage[dataset.Images.Count];
        for (int i = 0; i < images.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            foreach (float value in row)
            {
                // Sums of rounded values may exceed 1 a little.
                if (!(value >= 0 && value <= 1.001f))
                {
                    throw new ArgumentException(
                        $"A probability of the image '{dataset.Images[i].Name}' is {value}. It must be from 0 to 1.",
                        nameof(probabilities));
                }
            }

            images[i] = EvaluatedImage.Of(dataset.Images[i], row);
        }

        return new EvaluationReport(model, dataset.Labels, dataset.Name, images, calibrationBins);
    }

    /// <summary>Formats the report as plain text.</summary>
    /// <param name="timings">Whether to include the duration. Without it, equal results give equal text.</param>
    /// <returns>The lines of the report, each terminated by <c>\n</c>.</returns>
    public string ToText(bool timings = true) => TextReport.Write(this, timings);

    /// <summary>Formats the report as Markdown.</summary>
    /// <param name="timings">Whether to include the duration. Without it, equal results give equal text.</param>
    /// <returns>The Markdown text, with tables.</returns>
    public string ToMarkdown(bool timings = true) => MarkdownReport.Write(this, timings);

    /// <summary>Formats the report as an indented JSON object with every class, confusion, bin and failure.</summary>
    /// <param name="timings">Whether to include the duration. Without it, equal results give equal text.</param>
    /// <returns>The JSON text.</returns>
    public string ToJson(bool timings = true) => JsonReport.Write(this, timings);

    private static ClassAccuracy[] CountClasses(EvaluatedImage[] images, LabelSet labels)
    {
        int[] count = new int[labels.Count];
        int[] correct = new int[labels.Count];
        int[] predicted = new int[labels.Count];
        foreach (EvaluatedImage image in images)
        {
            count[image.ClassIndex]++;
            predicted[image.PredictedClass]++;
            correct[image.ClassIndex] += image.IsCorrect ? 1 : 0;
        }

        return [.. Enumerable.Range(0, labels.Count)
            .Select(i => new ClassAccuracy(i, labels[i], count[i], correct[i], predicted[i]))];
    }

    private static ConfusionPair[] CountConfusions(EvaluatedImage[] images) => [.. images
        .Where(i => !i.IsCorrect)
        .GroupBy(i => (i.ClassIndex, i.PredictedClass))
        .Select(g => new ConfusionPair(g.Key.ClassIndex, g.Key.PredictedClass, g.Count()))
        .OrderByDescending(p => p.Count).ThenBy(p => p.ClassIndex).ThenBy(p => p.PredictedClass)];

    private static CalibrationBin[] Calibrate(EvaluatedImage[] images, int bins)
    {
        int[] count = new int[bins];
        int[] correct = new int[bins];
        double[] confidence = new double[bins];
        foreach (EvaluatedImage image in images)
        {
            int bin = Math.Clamp((int)Math.Ceiling((double)image.Confidence * bins) - 1, 0, bins - 1);
            count[bin]++;
            correct[bin] += image.IsCorrect ? 1 : 0;
            confidence[bin] += image.Confidence;
        }

        return [.. Enumerable.Range(0, bins).Select(i => new CalibrationBin(
            100.0 * i / bins, 100.0 * (i + 1) / bins, count[i], 100.0 * correct[i] / count[i], 100 * confidence[i] / count[i]))];
    }

    private double Percent(int correct) => Count == 0 ? double.NaN : 100.0 * correct / Count;
}
