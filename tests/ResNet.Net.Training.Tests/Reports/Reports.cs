using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

/// <summary>Builds reports without training.</summary>
internal static class Reports
{
    /// <summary>A report whose validation images are classified with the given accuracy per class.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="perClass">The number of validation images of each class.</param>
    /// <param name="wrong">The number of these images that are classified as the next class, by class.</param>
    public static TrainingReport Of(int classes, int perClass, Func<int, int> wrong)
    {
        LabelSet labels = new("labels", Enumerable.Range(0, classes).Select(i => $"class {i}"));
        List<LabeledImage> images = [];
        float[] probabilities = new float[classes * perClass * classes];
        for (int c = 0; c < classes; c++)
        {
            for (int i = 0; i < perClass; i++)
            {
                int predicted = i < wrong(c) ? (c + 1) % classes : c;
                probabilities[(images.Count * classes) + predicted] = 1;
                images.Add(new LabeledImage($"{c}/{i}.png", c, () => default));
            }
        }

        EvaluationReport validation
            = EvaluationReport.FromProbabilities("backbone", new ImageDataset("photos", labels, images), probabilities);
        return new TrainingReport
        {
            Backbone = "resnet_test",
            Labels = labels,
            Classes = [.. validation.Classes.Select(c => new TrainedClass(c.Label, 4 * perClass, perClass, c.Precision, c.Accuracy))],
            Validation = validation,
            L2Trials = [new L2Trial(0.01, 80, 0.7), new L2Trial(0.1, validation.Top1, 0.6)],
            L2 = 0.1,
            Temperature = 0.9,
            UnknownThreshold = 0.45,
            FeatureTime = TimeSpan.FromSeconds(12),
            TrainingTime = TimeSpan.FromSeconds(3),
        };
    }
}
