// Draws where in a picture a ResNet sees its classes, beside the picture, and writes PNG files:
//   dotnet run --project samples/Explain [-- [files and folders] [--class LABEL|INDEX] [--top N] [--out FOLDER|FILE] [options]]
using System.CommandLine;
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Samples.Explain;
using ResNet.Net.Samples.Support;

const int DefaultLongSide = 512, LongestSide = 16_384;

Argument<string[]> pictures = new("pictures") { Description = "Picture files and folders of them. None: the sample pictures of this project.", Arity = ArgumentArity.ZeroOrMore };
Option<string?> label = new("--class") { Description = "The class to look for: its label or its index. [default: the most probable]" };
Option<int?> top = new("--top") { Description = "How many of the most probable classes to draw, from 1 to 5; without --class. [default: 1]", CustomParser = OptionValues.CountTo(5) };
Option<string> output = new("--out") { Description = "The folder for the PNG files; for one picture and one class also a file that ends in .png.", DefaultValueFactory = _ => "maps" };
Option<int?> longSide = new("--long-side") { Description = $"The longer side of the picture that is drawn, in pixels. [default: {DefaultLongSide}]", CustomParser = OptionValues.CountTo(LongestSide) };
ModelOptions model = new();

pictures.Validators.Add(OptionValues.RejectUnknownOptions);

RootCommand command = new("Draws where in a picture a ResNet sees its classes.") { pictures, label, top, output, longSide };
model.AddTo(command);
command.Does(RunAsync);
return await Cli.RunAsync(command, args);

async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
{
    IReadOnlyList<PictureFile> files = PictureFiles.Find(options.GetValue(pictures));
    using ResNetClassifier classifier = await (model.Choice(options) with { Outputs = ModelOutputs.ActivationMaps }).LoadAsync(cancellationToken);
    int? wanted = options.GetValue(label) is string text ? ClassOf(classifier.Labels, text) : null;
    int count = wanted is null ? options.GetValue(top) ?? 1 : 1;
    MapFiles target = new(options.GetValue(output)!, files.Count * count);
    OverlayOptions style = new() { LongSide = options.GetValue(longSide) ?? DefaultLongSide, BesidePicture = true };
    int exitCode = ExitCode.Success;
    foreach (PictureFile file in files)
    {
        cancellationToken.ThrowIfCancellationRequested();
        exitCode = TryExplain(classifier, file.Path, wanted, count, out ActivationMap[] maps) ? exitCode : ExitCode.SomeFailed;
        foreach (ActivationMap map in maps)
        {
            string path = target.PathOf(file.Path, map.Prediction);
            map.SavePng(path, style);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {map.Prediction.Label} {map.Prediction.Probability:P1}"));
        }
    }

    return exitCode;
}

// A bad picture does not cost the others their maps.
static bool TryExplain(ResNetClassifier classifier, string picture, int? wanted, int count, out ActivationMap[] maps)
{
    try
    {
        ActivationMap first = classifier.Explain(picture, wanted);
        maps = [first, .. first.Classification.Predictions.Take(count).Skip(1).Select(next => classifier.Explain(picture, next.ClassIndex))];
        return true;
    }
    catch (Exception exception) when (Failure.IsOfPicture(exception))
    {
        Console.Error.WriteLine($"{picture}: {Failure.Describe(exception)}");
        maps = [];
        return false;
    }
}

// A label may be one of several that the class has: "robin, American robin, Turdus migratorius".
static int ClassOf(LabelSet labels, string text)
{
    int found = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < labels.Count
        ? index
        : Enumerable.Range(0, labels.Count).FirstOrDefault(i => labels[i].Split(',', StringSplitOptions.TrimEntries).Prepend(labels[i]).Contains(text, StringComparer.OrdinalIgnoreCase), -1);
    return found >= 0 ? found : throw new ArgumentException($"The model has no class '{text}': give a label such as '{labels[0]}', or an index from 0 to {labels.Count - 1}.");
}
