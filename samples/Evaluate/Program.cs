// Measures two models on a dataset: dotnet run --project samples/Evaluate [-- dataset]
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Evaluation;

// A dataset is a folder of class folders, a zip file of them, a list of paths and labels, or ImageNet's validation folder.
string path = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "images", "labels.txt");

using var floatModel = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
using var int8Model = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20Int8);
using var dataset = ImageDataset.Open(path, floatModel.Labels);

EvaluationReport first = await Evaluator.EvaluateAsync(floatModel, dataset);
EvaluationReport second = await Evaluator.EvaluateAsync(int8Model, dataset);
foreach (EvaluationReport report in new[] { first, second })
{
    ConfidenceInterval interval = report.Top1Interval;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Model}: top-1 {report.Top1:F2} % ({interval.Low:F2} to {interval.High:F2}), mean loss {report.MeanLoss:F4}"));
}

// Do the two models differ by more than chance? McNemar's test on the same images.
ModelComparison comparison = ModelComparison.Create(first, second);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p-value {comparison.PValue:F4}"));
File.WriteAllText("report.md", first.ToMarkdown());
Console.WriteLine("Details: report.md");
