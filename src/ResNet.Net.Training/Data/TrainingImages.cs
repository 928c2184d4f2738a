using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Checks whether images can train a classifier, and splits them.</summary>
internal static class TrainingImages
{
    /// <summary>Rejects images that cannot train a classifier, before they are read.</summary>
    /// <exception cref="TrainingException">There is one class, a class has too few images, or the validation dataset differs.</exception>
    public static void Check(ImageDataset images, TrainingOptions options)
    {
        LabelSet labels = images.Labels;
        if (labels.Count < 2)
        {
            throw new TrainingException(
                $"The dataset '{images.Name}' has one class, '{labels[0]}'. A classifier needs at least two. Add images of something else "
                + "as a second class.");
        }

        int needed = options.Validation is null ? 2 : 1;
        int[] counts = ClassScores.Count(images.Images, labels.Count);
        if (Array.FindIndex(counts, c => c < needed) is >= 0 and int small)
        {
            throw new TrainingException(
                $"The class '{labels[small]}' of the dataset '{images.Name}' has {Format(counts[small])}. "
                + (needed == 2
                    ? "Each class needs at least two, one of them for validation. Add images, or remove the class."
                    : "Each class needs at least one. Add images, or remove the class."));
        }

        if (options.Validation is ImageDataset validation
            && !(validation.Labels.Count == labels.Count
                && Enumerable.Range(0, labels.Count).All(i => validation.Labels[i] == labels[i])
                && validation.IsMultiLabel == images.IsMultiLabel))
        {
            throw new TrainingException(
                $"The labels of the validation dataset '{validation.Name}' differ from those of the training dataset '{images.Name}', or "
                + "only one of the two is multi-label. Open both with the same labels and options.");
        }
    }

    /// <summary>Returns the training and the validation images.</summary>
    public static (ImageDataset Training, ImageDataset Validation) Split(ImageDataset images, TrainingOptions options)
        => options.Validation is ImageDataset validation
            ? (images, validation)
            : images.Split(options.ValidationFraction, options.Seed);

    /// <exception cref="TrainingException">All images of a class are unreadable, or all validation images.</exception>
    public static void ThrowIfUnreadable(ImageDataset images, ExtractedFeatures training, ExtractedFeatures validation)
    {
        if (Array.IndexOf(ClassScores.Count(training.Images, images.Labels.Count), 0) is >= 0 and int empty)
        {
            throw new TrainingException(
                $"No training image of the class '{images.Labels[empty]}' is readable. {Describe(training.Failed)}");
        }

        if (validation.Images.Count == 0)
        {
            throw new TrainingException($"No validation image is readable. {Describe(validation.Failed)}");
        }
    }

    private static string Describe(IReadOnlyList<FailedImage> failed)
        => failed is [FailedImage first, ..]
            ? $"{Format(failed.Count)} failed; the first is '{first.Name}': {first.Error}"
            : "Add images to the class.";

    private static string Format(int count) => count == 1 ? "1 image" : $"{count} images";
}
