// Classifies images: dotnet run [-- image ...]
using ResNet.Net;

string[] images = args.Length > 0 ? args : [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "images")).Order()];

#if (embedded)
// Load the model once and reuse it: a classifier is thread-safe. This model is embedded in the library;
// others, such as ResNetVariant.ResNet50V1, are downloaded on first use.
using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
#else
// Load the model once and reuse it: a classifier is thread-safe. The first run downloads the model.
using var classifier = await LoadAsync(ResNetVariant.Cifar10ResNet20);
if (classifier is null)
{
    return 1;
}
#endif

int width = images.Max(image => Path.GetFileName(image).Length);
int exitCode = 0;
Console.WriteLine($"{"Image".PadRight(width)}  Probability  Label");
foreach (string image in images)
{
    string name = Path.GetFileName(image).PadRight(width);
    try
    {
        Prediction best = classifier.Classify(image).Best;
        Console.WriteLine($"{name}  {best.Probability,11:P1}  {best.Label}");
    }
    catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException)
    {
        Console.WriteLine($"{name}  {exception.Message}");
        exitCode = 1;
    }
}

return exitCode;
#if (!embedded)

static async Task<ResNetClassifier?> LoadAsync(ResNetVariant variant)
{
    try
    {
        return await ResNetClassifier.CreateAsync(variant, progress: new DownloadLine());
    }
    catch (ModelUnavailableException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return null;
    }
}

internal sealed class DownloadLine : IProgress<ModelDownloadProgress>
{
    public void Report(ModelDownloadProgress value)
    {
        if (value.Stage == ModelDownloadStage.Downloading)
        {
            string end = value.Bytes == value.TotalBytes ? "\n" : "";
            Console.Error.Write($"\rDownloading {value.ModelId}: {value.Bytes / 1e6:F1} of {value.TotalBytes / 1e6:F1} MB{end}");
        }
    }
}
#endif
