// Draws where in a picture a ResNet sees its classes, beside the picture, and writes PNG files:
//   dotnet run --project samples/Explain [-- [pictures] [--model ID] [--class LABEL|INDEX] [--top N] [--out FOLDER|FILE]]
using System.CommandLine;
using System.Globalization;
using System.Text;
using ResNet.Net;
using ResNet.Net.Samples.Explain;

const int Success = 0, SomePicturesFailed = 1, Unusable = 2;

Argument<string[]> pictures = new("pictures") { Description = "Picture files. None: the sample pictures of this project.", Arity = ArgumentArity.ZeroOrMore };
Option<string> model = new("--model") { Description = "The id of a variant, such as resnet50-v1-7, or the path of an ONNX file.", DefaultValueFactory = _ => ResNetVariant.Cifar10ResNet20.Id };
Option<string?> modelsFolder = new("--models-folder") { Description = "A folder that has files of the zoo already; others are downloaded once. [default: the environment variable RESNET_NET_MODELS]" };
Option<string?> label = new("--class") { Description = "The class to look for: its label or its index. [default: the most probable]" };
Option<int> top = new("--top") { Description = "How many of the most probable classes to draw, from 1 to 5; without --class.", DefaultValueFactory = _ => 1 };
Option<string> output = new("--out") { Description = "The folder for the PNG files; for one picture and one class also a file that ends in .png.", DefaultValueFactory = _ => "maps" };
Option<int> size = new("--size") { Description = "The longer side of the picture that is drawn, in pixels.", DefaultValueFactory = _ => 512 };

RootCommand command = new("Draws where in a picture a ResNet sees its classes.") { pictures, model, modelsFolder, label, top, output, size };
command.SetAction(Run);

// A picture may be called @cat.png: no response files.
ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
Console.OutputEncoding = Encoding.UTF8;
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return Unusable;
}

return parsed.Invoke();

int Run(ParseResult options)
{
    try
    {
        string[] files = options.GetValue(pictures) ?? [];
        if (files.Length == 0)
        {
            // The build copies samples/pictures beside the program.
            files = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "pictures"), "*.png").Order(StringComparer.Ordinal)];
        }

        int count = options.GetValue(top);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, "--top");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 5, "--top");
        using ResNetClassifier classifier = Load(options.GetValue(model)!, options.GetValue(modelsFolder));
        int? wanted = options.GetValue(label) is string text ? ClassOf(classifier, text) : null;
        MapFiles target = new(options.GetValue(output)!, files.Length * (wanted is null ? count : 1));
        OverlayOptions style = new() { LongSide = options.GetValue(size), BesidePicture = true };
        int exitCode = Success;
        foreach (string file in files)
        {
            exitCode = TryExplain(classifier, file, wanted, count, target, style) ? exitCode : SomePicturesFailed;
        }

        return exitCode;
    }
    catch (Exception exception) when (exception is ResNetException or ArgumentException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception is ArgumentException { ParamName: string name } ? exception.Message.Replace($" (Parameter '{name}')", $" ({name})", StringComparison.Ordinal) : exception.Message);
        return Unusable;
    }
}

static ResNetClassifier Load(string model, string? modelsFolder)
{
    ResNetClassifierOptions options = new()
    {
        Outputs = ModelOutputs.ActivationMaps,
        Store = new ModelStore(new ModelStoreOptions { LocalFolders = modelsFolder is null ? null : [modelsFolder] }),
    };
    return ResNetVariant.TryParse(model, out ResNetVariant? variant) ? ResNetClassifier.Create(variant, options)
        : File.Exists(model) ? ResNetClassifier.Create(new ModelDefinition(model), options)
        : throw new ArgumentException($"There is no model '{model}': it is neither a file nor one of {string.Join(", ", ResNetVariant.All)}.");
}

// A label may be one of several that the class has: "robin, American robin, Turdus migratorius".
static int ClassOf(ResNetClassifier classifier, string text)
{
    if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < classifier.Labels.Count)
    {
        return index;
    }

    for (int i = 0; i < classifier.Labels.Count; i++)
    {
        if (classifier.Labels[i].Split(',', StringSplitOptions.TrimEntries).Prepend(classifier.Labels[i]).Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return i;
        }
    }

    throw new ArgumentException($"The model has no class '{text}': give a label such as '{classifier.Labels[0]}', or an index from 0 to {classifier.Labels.Count - 1}.");
}

static bool TryExplain(ResNetClassifier classifier, string file, int? wanted, int count, MapFiles target, OverlayOptions style)
{
    try
    {
        ActivationMap first = classifier.Explain(file, wanted);
        Write(first, file, target, style);
        foreach (Prediction next in wanted is null ? first.Classification.Predictions.Take(count).Skip(1) : [])
        {
            Write(classifier.Explain(file, next.ClassIndex), file, target, style);
        }

        return true;
    }
    catch (Exception exception) when (exception is ImageDecodeException or FileNotFoundException or DirectoryNotFoundException)
    {
        Console.Error.WriteLine(exception.Message);
        return false;
    }
}

static void Write(ActivationMap map, string file, MapFiles target, OverlayOptions style)
{
    string path = target.PathOf(file, map.Prediction);
    map.SavePng(path, style);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {map.Prediction.Label} {map.Prediction.Probability:P1}"));
}
