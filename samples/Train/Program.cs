// Trains a classifier for your own classes: dotnet run --project samples/Train [-- photos mine.onnx]
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Evaluation;
using ResNet.Net.Training;
using SkiaSharp;

// One folder of images per class. Without photos: drawn shapes, and the embedded model instead of one that was trained on photos.
bool hasPhotos = args.Length > 0;
string folder = hasPhotos ? args[0] : DrawShapes();
string output = args.Length > 1 ? args[1] : "mine.onnx";
ResNetVariant backbone = hasPhotos ? ResNetVariant.ResNet18Backbone : ResNetVariant.Cifar10ResNet20;

using DatasetSplits photos = DatasetSplits.Open(folder);
(ImageDataset training, ImageDataset validation)
    = photos.Validation is ImageDataset given ? (photos.Train, given) : photos.Train.Split(0.2);
TrainedClassifier trained = await TransferLearning.TrainAsync(
    backbone, training, new TrainingOptions { Validation = validation }, new LastLine());

// Accuracy, the results of each class, confusions, unreadable files, possible copies, suspicious labels, and next steps.
Console.Write(trained.Report.ToText(timings: false));
trained.Save(output);
File.WriteAllText("training.svg", TrainingPlot.ToSvg(trained.Report));
Console.WriteLine($"\nSaved to {output}, plot in training.svg");

// The file contains labels and preprocessing: it is a model like any other.
using var classifier = ResNetClassifier.Create(new ModelDefinition(output));
foreach (LabeledImage image in validation.Sample(4).Images)
{
    Prediction best = classifier.Classify(image.Read().Span).Best;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{image.Name}: {best.Label} {best.Probability:P0}"));
}

// Draws 40 images of each of four shapes.
static string DrawShapes()
{
    string folder = Path.Combine(Path.GetTempPath(), "resnet-net-shapes");
    Random random = new(1);
    (string Name, int Corners, float Inner)[] shapes = [("circle", 60, 1), ("square", 4, 1), ("star", 10, 0.4f), ("triangle", 3, 1)];
    foreach ((string name, int corners, float inner) in shapes)
    {
        Directory.CreateDirectory(Path.Combine(folder, name));
        for (int i = 0; i < 40; i++)
        {
            using SKSurface surface = SKSurface.Create(new SKImageInfo(64, 64));
            surface.Canvas.Clear(SKColor.FromHsl(random.Next(360), 40, random.Next(75, 96)));
            surface.Canvas.Translate(random.Next(27, 38), random.Next(27, 38));
            surface.Canvas.RotateDegrees(random.Next(-25, 26));
            float size = random.Next(15, 25);
            using SKPathBuilder outline = new();
            outline.AddPoly([.. Enumerable.Range(0, corners).Select(c => Corner(c, corners, c % 2 == 0 ? size : size * inner))]);
            using SKPath path = outline.Detach();
            using SKPaint paint = new() { IsAntialias = true, Color = SKColor.FromHsl(random.Next(360), 70, random.Next(20, 46)) };
            surface.Canvas.DrawPath(path, paint);
            using SKImage image = surface.Snapshot();
            using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(folder, name, $"{i:00}.png"), png.ToArray());
        }
    }

    return folder;
}

static SKPoint Corner(int index, int corners, float radius)
{
    (float sin, float cos) = MathF.SinCos((2 * MathF.PI * (index + 0.5f) / corners) + (MathF.PI / 2));
    return new SKPoint(radius * cos, radius * sin);
}

/// <summary>Shows the progress on one line of the terminal.</summary>
internal sealed class LastLine : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
        => Console.Error.Write($"\r{value.Stage}: {value.Completed} of {value.Total}, {value.Remaining?.TotalSeconds:F0} s left   ");
}
