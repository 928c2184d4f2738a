// Classifies a folder into a CSV file: dotnet run --project samples/Batch [-- folder [file.csv]]
using System.Globalization;
using ResNet.Net;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "images");
string output = args.Length > 1 ? args[1] : "labels.csv";
string[] images = [.. Directory.GetFiles(folder, "*.*", SearchOption.AllDirectories).Where(IsImage).Order()];

using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
using StreamWriter csv = new(output);
csv.WriteLine("path,label,probability,error");
int failed = 0;

// ClassifyManyAsync keeps all cores busy, in constant memory. A bad image has an error as its outcome and doesn't fail the others.
IAsyncEnumerable<ClassificationOutcome> outcomes = classifier.ClassifyManyAsync(images, topK: 1);
await foreach ((string path, ClassificationOutcome outcome) in images.ToAsyncEnumerable().Zip(outcomes))
{
    string name = Path.GetRelativePath(folder, path);
    csv.WriteLine(outcome.Succeeded
        ? string.Create(
            CultureInfo.InvariantCulture, $"{Quote(name)},{Quote(outcome.Value.Best.Label)},{outcome.Value.Best.Probability:F4},")
        : $"{Quote(name)},,,{Quote(outcome.Error.Message)}");
    failed += outcome.Succeeded ? 0 : 1;
}

Console.WriteLine($"{images.Length} images, {failed} failed: {output}");

static bool IsImage(string path)
    => Path.GetExtension(path).ToUpperInvariant() is ".JPG" or ".JPEG" or ".PNG" or ".WEBP" or ".GIF" or ".BMP";

static string Quote(string cell) => $"\"{cell.Replace("\"", "\"\"")}\"";
