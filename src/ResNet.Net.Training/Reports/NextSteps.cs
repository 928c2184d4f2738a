using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Derives suggestions for the user from the measurements of a report.</summary>
internal static class NextSteps
{
    private const int FewImages = 10;
    private const int ListedClasses = 3;
    private const double WideInterval = 10;
    private const double WeakRecall = 5;
    private const double SmallGap = 3;

    public static IReadOnlyList<string> Of(TrainingReport report)
    {
        string?[] steps =
        [
            Failed(report), Copies(report), Labels(report), SmallClasses(report), Interval(report), Curve(report),
        ];
        return [.. steps.OfType<string>()];
    }

    private static string? Failed(TrainingReport report) => report.FailedImages.Count == 0
        ? null
        : $"{Format.Plural(report.FailedImages.Count, "image")} could not be read and "
            + $"{Verb(report.FailedImages.Count, "was", "were")} left out. Replace or remove them.";

    private static string? Copies(TrainingReport report)
    {
        int count = report.Duplicates.Count;
        int contradicting = report.Duplicates.Count(d => !d.HaveSameClass);
        string inAnotherClass = contradicting > 0 ? $", {Format.Count(contradicting)} of them in another class" : "";
        return count == 0
            ? null
            : $"{Format.Plural(count, "validation image")} {Verb(count, "is", "are")} identical or very similar to "
                + $"{Verb(count, "a training image", "training images")}{inAnotherClass}. They distort the measured "
                + "accuracy: remove them from the training or the validation images.";
    }

    private static string? Labels(TrainingReport report)
    {
        if (report.SuspiciousLabels is not [SuspiciousLabel first, ..])
        {
            return null;
        }

        int count = report.SuspiciousLabels.Count;
        return $"{Format.Plural(count, "label")} may be wrong. Check the images, beginning with "
            + $"'{Format.Plain(first.Image)}': is it '{Label(report, first.ClassIndex)}' or '{Label(report, first.PredictedClass)}'?";
    }

    private static string? SmallClasses(TrainingReport report)
    {
        TrainedClass[] small = [.. report.Classes.Where(c => c.TrainingImages < FewImages).OrderBy(c => c.TrainingImages)];
        string listed = string.Join(", ", small.Take(ListedClasses).Select(c => $"'{Format.Plain(c.Label)}' ({c.TrainingImages})"));
        string more = small.Length > ListedClasses ? $" and {Format.Count(small.Length - ListedClasses)} more" : "";
        return small.Length == 0
            ? null
            : $"{Format.Plural(small.Length, "class", "classes")} {Verb(small.Length, "has", "have")} fewer than {FewImages} training "
                + $"images: {listed}{more}. Add images to them.";
    }

    private static string? Interval(TrainingReport report)
        => report.Validation is { Count: > 0 } validation && validation.Top1Interval.High - validation.Top1Interval.Low > WideInterval
            ? $"With {Format.Plural(validation.Count, "validation image")}, the 95 % interval of the accuracy is "
                + $"{Format.Interval(validation.Top1Interval)} %. More validation images narrow it."
            : null;

    private static string? Curve(TrainingReport report)
    {
        int validationImages = report.Validation?.Count ?? report.Classes.Sum(c => c.ValidationImages);
        if (report.LearningCurve is not [.., LearningCurvePoint before, LearningCurvePoint last] || validationImages == 0)
        {
            return null;
        }

        // Agresti and Coull 1998: not zero at 0 % and 100 %.
        double part = ((last.ValidationAccuracy / 100 * validationImages) + 2) / (validationImages + 4);
        double standardError = 100 * Math.Sqrt(part * (1 - part) / (validationImages + 4));
        string range = $"From {Format.Count(before.TrainingImages)} to {Format.Count(last.TrainingImages)} training images, the validation "
            + $"accuracy changed from {Format.Percent(before.ValidationAccuracy)} to {Format.Percent(last.ValidationAccuracy)}";
        if (last.ValidationAccuracy - before.ValidationAccuracy > standardError)
        {
            return $"{range}: more training images would probably raise it{Weakest(report, last.ValidationAccuracy)}.";
        }

        string noise = $"{range}: no rise above the standard error of {Format.Fixed(standardError, 2)} points. With "
            + $"{Format.Plural(validationImages, "validation image")}, it is not clear whether more training images would help.";
        return last.TrainingAccuracy - last.ValidationAccuracy < SmallGap && last.ValidationAccuracy < 100 - SmallGap
            ? $"{noise} The accuracy on the training images is hardly higher ({Format.Percent(last.TrainingAccuracy)}): try a hidden "
                + "layer or another backbone."
            : noise;
    }

    // The classes to which new images should be added first.
    private static string Weakest(TrainingReport report, double accuracy)
    {
        string[] weak = [.. report.Classes
            .Where(c => c.Recall < accuracy - WeakRecall)
            .OrderBy(c => c.Recall)
            .Take(ListedClasses)
            .Select(c => $"'{Format.Plain(c.Label)}' (recall {Format.Percent(c.Recall)}, {Format.Plural(c.TrainingImages, "image")})")];
        return weak.Length == 0 ? "" : $", first of the classes with the lowest recall: {string.Join(", ", weak)}";
    }

    private static string Label(TrainingReport report, int index) => Format.Plain(report.Labels[index]);

    private static string Verb(int count, string one, string many) => count == 1 ? one : many;
}
