// Classifies an image that ImageSharp loads and edits: dotnet run --project samples/ImageSharp [-- image]
using System.Globalization;
using ResNet.Net;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

string path = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "images", "cat.png");

using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

// Only images that you trust: ImageSharp 2.1 can hang on a damaged file.
using Image<Rgb24> image = Image.Load<Rgb24>(path);
Print("as loaded", classifier.Classify(image));

// The classifier reads ImageSharp's pixels: nothing is encoded in between.
using Image<Rgb24> mirrored = image.Clone(context => context.Flip(FlipMode.Horizontal));
Print("mirrored", classifier.Classify(mirrored));

using Image<Rgb24> gray = image.Clone(context => context.Grayscale());
Print("gray", classifier.Classify(gray));

static void Print(string name, Classification result) => Console.WriteLine(
    string.Create(CultureInfo.InvariantCulture, $"{name,-10} {result.Best.Label,-12} {result.Best.Probability:P1}"));
