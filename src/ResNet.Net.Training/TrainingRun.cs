using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>Trains a classifier: computes features, trains the head, measures it, and joins it with the backbone.</summary>
internal sealed class TrainingRun(Backbone backbone, TrainingOptions options, IProgress<TrainingProgress>? progress)
{
    private const int Folds = 5;

    /// <exception cref="TrainingException">The images cannot train a classifier.</exception>
    public async Task<TrainedClassifier> RunAsync(ImageDataset images, CancellationToken cancellationToken)
    {
        (ImageDataset training, ImageDataset validation) = TrainingImages.Split(images, options);
        ThrowIfTooManyFeatures(training.Images.Count + validation.Images.Count);
        FeatureExtractor extractor = new(backbone, options.FeatureCacheFolder);
        StageProgress reporter = new(progress, TrainingStage.Features, training.Images.Count + validation.Images.Count);
        long start = Stopwatch.GetTimestamp();
        ExtractedFeatures trainingFeatures = await extractor
            .ExtractAsync(training.Images, options.Augmentation, reporter, cancellationToken).ConfigureAwait(false);
        reporter.StartNextPart();

        // Without a validation dataset, all images train the final weights, so these need all views as well.
        bool refit = options.Validation is null;
        ExtractedFeatures validationFeatures = await extractor
            .ExtractAsync(validation.Images, refit ? options.Augmentation : ImageAugmentation.None, reporter, cancellationToken)
            .ConfigureAwait(false);
        TimeSpan featureTime = Stopwatch.GetElapsedTime(start);
        TrainingImages.ThrowIfUnreadable(images, trainingFeatures, validationFeatures);
        return await Task.Run(
            () => Train(images, validation.Name, trainingFeatures, validationFeatures, featureTime, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private TrainedClassifier Train(
        ImageDataset images,
        string validationName,
        ExtractedFeatures training,
        ExtractedFeatures validation,
        TimeSpan featureTime,
        CancellationToken cancellationToken)
    {
        LabelSet labels = images.Labels;
        bool refit = options.Validation is null;
        TrainingSet trainingSet = SetOf(training, images);
        TrainingSet validationSet = SetOf(validation, images);
        StageProgress reporter = new(progress, TrainingStage.Training, 0);
        long start = Stopwatch.GetTimestamp();
        HeadTrainingResult result =
            HeadTraining.Train(trainingSet, validationSet, options, refit, (done, of) => reporter.Report(done, of), cancellationToken);
        TrainingSet all = refit ? HeadTraining.Join(trainingSet, validationSet) : trainingSet;
        IReadOnlyList<LabeledImage> allImages = refit ? [.. training.Images, .. validation.Images] : training.Images;
        float[] outOfFold = HeadTraining.CrossValidate(all, result.L2, options, Folds, cancellationToken);
        IReadOnlyList<LearningCurvePoint> curve =
            HeadTraining.MeasureLearningCurve(trainingSet, validationSet, result.L2, options, cancellationToken);
        TimeSpan trainingTime = Stopwatch.GetElapsedTime(start);
        float[] probabilities = HeadTraining.Predict(result.ValidatedHead, HeadTraining.FirstViews(validationSet));
        EvaluationReport? evaluation = images.IsMultiLabel
            ? null
            : EvaluationReport.FromProbabilities(
                backbone.Name, new ImageDataset(validationName, labels, validation.Images), probabilities);
        TrainingReport report = new()
        {
            Backbone = backbone.Name,
            Labels = labels,
            Classes = ClassScores.Of(labels, training.Images, validation.Images, probabilities, images.IsMultiLabel),
            Validation = evaluation,
            MeanAveragePrecision = images.IsMultiLabel ? result.Trials.Single(t => t.L2 == result.L2).Accuracy : null,
            L2Trials = result.Trials,
            L2 = result.L2,
            Temperature = result.Temperature,
            UnknownThreshold = result.UnknownThreshold,
            LearningCurve = curve,
            FailedImages = [.. training.Failed, .. validation.Failed],
            Duplicates = NearDuplicates.Find(training, validation, new PixelComparison(backbone).AreCopies, cancellationToken),
            SuspiciousLabels = images.IsMultiLabel ? [] : SuspiciousLabels.Find(allImages, outOfFold, labels.Count),
            FeatureTime = featureTime,
            TrainingTime = trainingTime,
        };
        OnnxModel model = ClassifierExport.Create(
            backbone.Graph,
            backbone.Profile,
            result.Head,
            labels,
            result.UnknownThreshold,
            Facts(report, images, all.ImageCount, validation.Images.Count));
        return new TrainedClassifier(model, labels, result.UnknownThreshold, report);
    }

    // The final weights need all features in one array.
    private void ThrowIfTooManyFeatures(int images)
    {
        int views = ImageViews.Of(options.Augmentation).Count;
        long length = (long)images * views * backbone.Dimension;
        if (length > Array.MaxLength)
        {
            throw new TrainingException(
                $"The features of {images} images with {views} views have {length} values; the maximum is {Array.MaxLength}. Use fewer "
                + $"images, or fewer views ({nameof(TrainingOptions)}.{nameof(TrainingOptions.Augmentation)}).");
        }
    }

    private static TrainingSet SetOf(ExtractedFeatures features, ImageDataset images) => new(
        features.Features,
        features.ViewsPerImage,
        [.. features.Images.Select(image => image.Classes)],
        images.Labels.Count,
        images.IsMultiLabel);

    private Dictionary<string, string> Facts(TrainingReport report, ImageDataset images, int trained, int validated)
    {
        string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        double accuracy = report.MeanAveragePrecision ?? report.Validation!.Top1;
        return new()
        {
            ["resnet_net.training.backbone"] = report.Backbone,
            ["resnet_net.training.dataset"] = images.Name,
            ["resnet_net.training.dataset_fingerprint"] = images.Fingerprint,
            ["resnet_net.training.images"] = Number(trained),
            ["resnet_net.training.validation_images"] = Number(validated),
            [images.IsMultiLabel ? "resnet_net.training.mean_average_precision" : "resnet_net.training.top1"]
                = accuracy.ToString("0.00", CultureInfo.InvariantCulture),
            ["resnet_net.training.l2"] = Number(report.L2),
            ["resnet_net.training.temperature"] = Number(report.Temperature),
            ["resnet_net.training.seed"] = Number(options.Seed),
        };
    }
}
