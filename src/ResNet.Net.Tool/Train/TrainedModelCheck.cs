using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Training;
using Spectre.Console;

namespace ResNet.Net.Tool.Train;

/// <summary>Runs the trained model as any other model.</summary>
internal static class TrainedModelCheck
{
    private const int Shown = 6;

    /// <summary>The probability from which a class of a multi-label model is shown.</summary>
    private const float Likely = 0.5f;

    /// <summary>Classifies a few images and prints a table: validation or test images, if there are any of their own.</summary>
    /// <param name="classifier">The trained model.</param>
    /// <param name="report">The report, which names the images that failed.</param>
    /// <param name="splits">The images.</param>
    /// <param name="validation">The validation images; null if they were split from the training images.</param>
    public static void Print(ResNetClassifier classifier, TrainingReport report, DatasetSplits splits, ImageDataset? validation)
    {
        (ImageDataset dataset, string title) = (validation, splits.Test) switch
        {
            (not null, _) => (validation, "Validation image"),
            (_, not null) => (splits.Test, "Test image"),
            _ => (splits.Train, "Training image"),
        };
        HashSet<string> failed = report.FailedImages.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        LabeledImage[] candidates = [.. dataset.Images.Where(i => !failed.Contains(i.Name))];
        int count = Math.Min(Shown, candidates.Length);
        Table table = new Table().RoundedBorder().AddColumns(title, "Class", "Predicted")
            .AddColumn(new TableColumn("Probability").RightAligned());
        for (int i = 0; i < count; i++)
        {
            // Evenly spread over the classes.
            LabeledImage image = candidates[(int)((((2L * i) + 1) * candidates.Length) / (2L * count))];
            string truth = string.Join("; ", image.Classes.Select(c => report.Labels[c]));
            (string predicted, string probability) = Classify(classifier, image);
            table.AddRow(Terminal.Plain(image.Name), Terminal.Plain(truth), Terminal.Plain(predicted), Terminal.Plain(probability));
        }

        Terminal.Out.WriteLine();
        Terminal.Open().Write(table);
    }

    /// <summary>Measures the accuracy on test images, which played no part in the training, and prints it.</summary>
    public static async Task TestAsync(ResNetClassifier classifier, ImageDataset? test, CancellationToken cancellationToken)
    {
        if (test is null or { IsMultiLabel: true })
        {
            return;
        }

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, test, cancellationToken: cancellationToken);
        ConfidenceInterval interval = report.Top1Interval;
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity.Of(report.Count, "test image")}: top-1 {report.Top1:F2} % "
            + $"(95 % interval {interval.Low:F2} to {interval.High:F2})."));
    }

    private static (string Predicted, string Probability) Classify(ResNetClassifier classifier, LabeledImage image)
    {
        try
        {
            Classification result = classifier.Classify(image.Read().Span);
            Prediction[] shown = classifier.IsMultiLabel ? [.. result.AtLeast(Likely)] : [result.Best];
            return (
                string.Join("; ", shown.Select(p => p.Label)),
                string.Join("; ", shown.Select(p => p.Probability.ToString("P1", CultureInfo.InvariantCulture))));
        }
        catch (Exception exception) when (Failure.IsOfImage(exception))
        {
            return (Failure.DescribeImage(exception, image.Name), "-");
        }
    }
}
