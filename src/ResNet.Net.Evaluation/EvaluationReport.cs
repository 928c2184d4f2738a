using ResNet.Net.Evaluation.Internals.Reports;
using ResNet.Net.Evaluation.Internals.Statistics;

namespace ResNet.Net.Evaluation;

/// <summary>How well a model does on a data set. All accuracies are in percent, as <see cref="ResNetVariant.Top1"/>, and of the pictures that were classified: those that failed are counted apart.</summary>
public sealed class EvaluationReport
{
    private const int Five = 5;

    internal EvaluationReport(ResNetClassifier classifier, ImageDataset dataset, IReadOnlyList<EvaluatedImage> images, int bins, TimeSpan duration, int resumed)
        : this(classifier.ModelName, classifier.Labels, dataset.Name, images, bins)
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
        EvaluatedImage[] good = [.. images.Where(i => i.Succeeded)];
        Count = good.Length;
        Top1Count = good.Count(i => i.IsRight);
        Top5Count = good.Count(i => i.Rank <= Five);

        // Sums run in the order of the data set: the same to the last bit however the work was shared.
        MeanLoss = good.Length == 0 ? double.NaN : good.Average(i => i.Loss);
        MeanConfidence = good.Length == 0 ? double.NaN : 100 * good.Average(i => (double)i.Confidence);
        Classes = CountClasses(good, labels);
        ConfusionPairs = CountConfusions(good);
        CalibrationBins = Calibrate(good, bins);
        ExpectedCalibrationError = good.Length == 0 ? double.NaN : CalibrationBins.Where(b => b.Count > 0).Sum(b => b.Count * Math.Abs(b.Accuracy - b.MeanConfidence)) / good.Length;
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The names of the model's classes.</summary>
    public LabelSet Labels { get; }

    /// <summary>The name of the profile by which pictures were prepared.</summary>
    public string Profile { get; } = "";

    /// <summary>Which crops of a picture the model saw.</summary>
    public CropSampling Crops { get; }

    /// <summary>What ran the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider { get; } = "";

    /// <summary>The data set's name.</summary>
    public string Dataset { get; }

    /// <summary>The result of every picture, in the order of the data set.</summary>
    public IReadOnlyList<EvaluatedImage> Images { get; }

    /// <summary>Pictures that were classified: what every accuracy is a share of.</summary>
    public int Count { get; }

    /// <summary>Pictures that could not be read or decoded.</summary>
    public int Failed => Images.Count - Count;

    /// <summary>The pictures that could not be read or decoded, with the reason of each.</summary>
    public IEnumerable<EvaluatedImage> Failures => Images.Where(i => !i.Succeeded);

    /// <summary>Pictures whose most probable class is the true one.</summary>
    public int Top1Count { get; }

    /// <summary>Pictures whose true class is among the five most probable.</summary>
    public int Top5Count { get; }

    /// <summary>Top-1 accuracy in percent; NaN where no picture was classified.</summary>
    public double Top1 => Percent(Top1Count);

    /// <summary>Top-5 accuracy in percent; NaN where no picture was classified.</summary>
    public double Top5 => Percent(Top5Count);

    /// <summary>The 95 % interval of <see cref="Top1"/>.</summary>
    public ConfidenceInterval Top1Interval => Wilson.Interval(Top1Count, Count);

    /// <summary>The 95 % interval of <see cref="Top5"/>.</summary>
    public ConfidenceInterval Top5Interval => Wilson.Interval(Top5Count, Count);

    /// <summary>The mean cross-entropy in nats; NaN where no picture was classified.</summary>
    public double MeanLoss { get; }

    /// <summary>The mean probability of the most probable class, in percent; NaN where no picture was classified.</summary>
    public double MeanConfidence { get; }

    /// <summary>Accuracy by class, in the order of the labels.</summary>
    public IReadOnlyList<ClassAccuracy> Classes { get; }

    /// <summary>What was taken for what, the most frequent first; equal ones by class.</summary>
    public IReadOnlyList<ConfusionPair> ConfusionPairs { get; }

    /// <summary>How often the model is right by how sure it is, in bins of equal width.</summary>
    public IReadOnlyList<CalibrationBin> CalibrationBins { get; }

    /// <summary>The expected calibration error (Guo et al. 2017): the mean distance of accuracy and confidence over the bins, weighted by their pictures, in percentage points.</summary>
    public double ExpectedCalibrationError { get; }

    /// <summary>What this run took; an earlier one that it continued not included.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Pictures taken over from the journal of an earlier run.</summary>
    public int Resumed { get; }

    /// <summary>The mean speed of this run, reading and decoding included; 0 where it took all from the journal.</summary>
    public double ImagesPerSecond => Duration > TimeSpan.Zero ? (Images.Count - Resumed) / Duration.TotalSeconds : 0;

    /// <summary>The report for people.</summary>
    /// <param name="timings">Whether to say how long it took. Without, the same pictures and model give the same text.</param>
    /// <returns>Lines of text, each ended by <c>\n</c>.</returns>
    public string ToText(bool timings = true) => TextReport.Write(this, timings);

    /// <summary>The report as Markdown.</summary>
    /// <param name="timings">Whether to say how long it took. Without, the same pictures and model give the same text.</param>
    /// <returns>Markdown with tables.</returns>
    public string ToMarkdown(bool timings = true) => MarkdownReport.Write(this, timings);

    /// <summary>The report as an indented JSON object, with every class, every confusion, every bin and every failure.</summary>
    /// <param name="timings">Whether to say how long it took. Without, the same pictures and model give the same text.</param>
    /// <returns>JSON.</returns>
    public string ToJson(bool timings = true) => JsonReport.Write(this, timings);

    private static ClassAccuracy[] CountClasses(EvaluatedImage[] images, LabelSet labels)
    {
        int[] count = new int[labels.Count];
        int[] right = new int[labels.Count];
        int[] predicted = new int[labels.Count];
        foreach (EvaluatedImage image in images)
        {
            count[image.ClassIndex]++;
            predicted[image.PredictedClass]++;
            right[image.ClassIndex] += image.IsRight ? 1 : 0;
        }

        return [.. Enumerable.Range(0, labels.Count).Select(i => new ClassAccuracy(i, labels[i], count[i], right[i], predicted[i]))];
    }

    private static ConfusionPair[] CountConfusions(EvaluatedImage[] images) => [.. images
        .Where(i => !i.IsRight)
        .GroupBy(i => (i.ClassIndex, i.PredictedClass))
        .Select(g => new ConfusionPair(g.Key.ClassIndex, g.Key.PredictedClass, g.Count()))
        .OrderByDescending(p => p.Count).ThenBy(p => p.ClassIndex).ThenBy(p => p.PredictedClass)];

    private static CalibrationBin[] Calibrate(EvaluatedImage[] images, int bins)
    {
        int[] count = new int[bins];
        int[] right = new int[bins];
        double[] confidence = new double[bins];
        foreach (EvaluatedImage image in images)
        {
            int bin = Math.Clamp((int)Math.Ceiling((double)image.Confidence * bins) - 1, 0, bins - 1);
            count[bin]++;
            right[bin] += image.IsRight ? 1 : 0;
            confidence[bin] += image.Confidence;
        }

        return [.. Enumerable.Range(0, bins).Select(i => new CalibrationBin(100.0 * i / bins, 100.0 * (i + 1) / bins, count[i], 100.0 * right[i] / count[i], 100 * confidence[i] / count[i]))];
    }

    private double Percent(int right) => Count == 0 ? double.NaN : 100.0 * right / Count;
}
