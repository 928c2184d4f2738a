// Names what images show: dotnet run --project samples/Classify [-- image ...]
using System.Globalization;
using ResNet.Net;

string[] images = args.Length > 0 ? args : [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "images"), "*.png").Order()];

// Load the model once and reuse it: a classifier is thread-safe. This model is embedded in the library;
// any other variant, such as ResNetVariant.ResNet50V1, is downloaded on first use.
using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

Console.WriteLine($"{"Image",-14} {"Label",-12} {"Probability",11}");
foreach (string image in images)
{
    string name = Path.GetFileName(image);
    try
    {
        Classification result = classifier.Classify(image);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{name,-14} {result.Best.Label,-12} {result.Best.Probability,11:P1}"));
    }
    catch (Exception exception) when (exception is ImageDecodeException or IOException)
    {
        Console.WriteLine($"{name,-14} {exception.Message}");
        Environment.ExitCode = 1;
    }
}
