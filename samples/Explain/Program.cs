// Draws where the model sees a class: dotnet run --project samples/Explain [-- image [label]]
using System.Globalization;
using ResNet.Net;

string image = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "images", "cat.png");

// Activation maps are an output of the model that must be asked for when it is loaded.
using var classifier
    = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { ActivationMaps = true });

// The most probable class, or the class of a label.
int? classIndex = args.Length > 1 ? Enumerable.Range(0, classifier.Labels.Count).Single(i => classifier.Labels[i] == args[1]) : null;
ActivationMap map = classifier.Explain(image, classIndex);

string output = Path.ChangeExtension(Path.GetFileName(image), $".{map.Prediction.Label}.png");
map.SavePng(output, new OverlayOptions { LongSide = 512, Opacity = 0.6 });
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{map.Prediction.Label} {map.Prediction.Probability:P1}: {output}"));
