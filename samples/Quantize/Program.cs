// Converts a float model to int8: dotnet run --project samples/Quantize [-- model.onnx folder-of-images int8.onnx]
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

string output = args.Length > 2 ? args[2] : "int8.onnx";
OnnxModel model = args.Length > 0 ? OnnxModel.Load(args[0]) : await ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20);
PreprocessingProfile profile = args.Length > 0 ? PreprocessingProfile.Torchvision : PreprocessingProfile.Cifar10;

// Calibration images show the range of every activation. Labels are not needed. Use some hundreds from the training set.
string folder = args.Length > 1 ? args[1] : Path.Combine(AppContext.BaseDirectory, "images");
CalibrationSet images = CalibrationSet.FromFiles(Directory.GetFiles(folder, "*.png"), profile);

QuantizationResult result = ResNetQuantizer.Quantize(model, images);
result.Model.Save(output);

QuantizationReport report = result.Report;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{report.FloatBytes / 1e6:F2} MB float, {report.QuantizedBytes / 1e6:F2} MB int8: {output}"));
Console.WriteLine($"{report.Layers.Count} layers, calibrated on {images.Count} images");

// The int8 file is a model like any other.
if (args.Length == 0)
{
    using var classifier = ResNetClassifier.Create(new ModelDefinition(output) { Labels = LabelSet.Cifar10, Profile = profile });
    Prediction best = classifier.Classify(Path.Combine(folder, "cat.png")).Best;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cat.png: {best.Label} {best.Probability:P1}"));
}
