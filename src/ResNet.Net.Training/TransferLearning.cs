using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>
/// Trains image classifiers for your own classes: a classification layer on the features of a ResNet, whose weights stay as they are.
/// </summary>
/// <example>
/// <code>
/// using ImageDataset photos = ImageDataset.Open("photos");                  // one folder per class
/// TrainedClassifier trained = await TransferLearning.TrainAsync(ResNetVariant.ResNet18Backbone, photos);
/// Console.WriteLine(trained.Report.ToText());
/// trained.Save("mine.onnx");
/// using var classifier = ResNetClassifier.Create(new ModelDefinition("mine.onnx"));
/// </code>
/// </example>
public static class TransferLearning
{
    /// <summary>Trains a classifier on the features of a variant.</summary>
    /// <param name="backbone">The variant, whose own classification layer is not used.</param>
    /// <param name="images">The training images. Failed ones are reported and left out.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Cancels the training. Cached features are kept.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="TrainingException">
    /// There are fewer than two classes, a class has too few readable images, the validation images have other labels, or the backbone has
    /// no features.
    /// </exception>
    /// <exception cref="ModelUnavailableException">The backbone is not available.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public static Task<TrainedClassifier> TrainAsync(
        ResNetVariant backbone,
        ImageDataset images,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => RunAsync(o => Backbone.OpenAsync(backbone, o, cancellationToken), backbone, images, options, progress, cancellationToken);

    /// <summary>Trains a classifier on the features of a custom model.</summary>
    /// <param name="backbone">A classifier, whose own classification layer is not used, or a network without one.</param>
    /// <param name="images">The training images. Failed ones are reported and left out.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Cancels the training. Cached features are kept.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="TrainingException">
    /// There are fewer than two classes, a class has too few readable images, the validation images have other labels, or the backbone has
    /// no features.
    /// </exception>
    /// <exception cref="ModelUnavailableException">The backbone is not available.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public static Task<TrainedClassifier> TrainAsync(
        ModelDefinition backbone,
        ImageDataset images,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => RunAsync(o => Backbone.OpenAsync(backbone, o, cancellationToken), backbone, images, options, progress, cancellationToken);

    private static async Task<TrainedClassifier> RunAsync<T>(
        Func<ResNetEmbedderOptions, Task<Backbone>> open,
        T source,
        ImageDataset images,
        TrainingOptions? options,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new TrainingOptions();
        options.Validate();
        TrainingImages.Check(images, options);
        using Backbone backbone = await open(options.Backbone).ConfigureAwait(false);
        return await new TrainingRun(backbone, options, progress).RunAsync(images, cancellationToken).ConfigureAwait(false);
    }
}
