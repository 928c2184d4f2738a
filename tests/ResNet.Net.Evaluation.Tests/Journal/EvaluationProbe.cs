using System.Globalization;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>
/// The test assembly as a program: a process of its own that evaluates with a journal. Tests start it and kill it.
/// Arguments: the journal, how many images, and how many milliseconds reading one takes. Prints the report without timings.
/// </summary>
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
