// Classifies with an ONNX file of your own: dotnet run --project samples/CustomModel [-- model.onnx labels.txt image ...]
using System.Globalization;
using ResNet.Net;

string images = Path.Combine(AppContext.BaseDirectory, "images");
string[] files = args.Length > 2 ? args[2..] : [Path.Combine(images, "cat.png"), Path.Combine(images, "ship.png")];

// Describe what the file does not say about itself: its labels, and the preprocessing that it was trained with.
ModelDefinition model = args.Length > 1
    ? new ModelDefinition(args[0])
    {
        Labels = LabelSet.Load(args[1]), // one label per line, in output order
        Profile = PreprocessingProfile.Torchvision, // 224x224, ImageNet's mean and standard deviation
    }
    : new ModelDefinition(Path.Combine(AppContext.BaseDirectory, "resnet20-cifar10.onnx"))
    {
        Labels = LabelSet.Cifar10,
        Profile = new PreprocessingProfile // or spell the recipe out
        {
            Name = "mine",
            Resize = ResizeRule.ShortSide(32, LongSideRounding.HalfToEven),
            Crop = new CropRule(32, 32),
            Mean = new ChannelValues(0.4914f, 0.4822f, 0.4465f),
            Std = new ChannelValues(0.2470f, 0.2435f, 0.2616f),
        },
    };

using var classifier = ResNetClassifier.Create(model);
Console.WriteLine(
    $"{classifier.ModelName}: {classifier.Labels.Count} classes, input {classifier.Profile.Crop.Width}x{classifier.Profile.Crop.Height}");
foreach (string file in files)
{
    Prediction best = classifier.Classify(file).Best;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: {best.Label} {best.Probability:P1}"));
}
