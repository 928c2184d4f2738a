using System.Globalization;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>The program that tests start and kill: evaluates with a journal and prints the report without timings.</summary>
/// <remarks>Arguments: the journal, the number of images, and the milliseconds that reading an image takes.</remarks>
internal static class EvaluationProbe
{
    public static async Task<int> Main(string[] arguments)
    {
        int delay = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        ImageDataset images = ColorModel.Dataset(int.Parse(arguments[1], CultureInfo.InvariantCulture));
        ImageDataset slow = new(images.Name, images.Labels, images.Images.Select(i => new LabeledImage(i.Name, i.ClassIndex, () =>
        {
            Thread.Sleep(delay);
            return i.Read();
        })));
        using ResNetClassifier classifier = ColorModel.Create();
        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, slow, new EvaluationOptions { JournalPath = arguments[0] });
        Console.Write(report.ToJson(timings: false));
        return 0;
    }
}
