// Classifies pictures and prints a table, or one JSON object a line:
//   dotnet run --project samples/Classify [-- [files and folders] [options]]
using System.CommandLine;
using System.Text;
using ResNet.Net;
using ResNet.Net.Samples.Classify;
using ResNet.Net.Samples.Support;

const int Success = 0, SomePicturesFailed = 1, Unusable = 2;

Argument<string[]> pictures = new("pictures")
{
    Description = "Picture files and folders of them (with the folders inside). None: the sample pictures of this project.",
    Arity = ArgumentArity.ZeroOrMore,
};
Option<string> model = new("--model")
{
    Description = "The id of a variant, such as resnet50-v1-7, or the path of an ONNX file.",
    DefaultValueFactory = _ => ResNetVariant.Cifar10ResNet20.Id,
};
Option<string?> modelsFolder = new("--models-folder") { Description = "A folder that has files of the zoo already; others are downloaded once. [default: the environment variable RESNET_NET_MODELS]" };
Option<string?> labels = new("--labels") { Description = "For an ONNX file: a text file with the names of its classes, one a line." };
Option<PreprocessingProfile?> profile = new("--profile")
{
    Description = $"How pictures are prepared: {string.Join(", ", PreprocessingProfile.All.Select(p => p.Name))}. [default: the model's own, Torchvision for an ONNX file]",
    CustomParser = OptionValues.Profile,
};
Option<(int Width, int Height)?> size = new("--size") { Description = "The model's input size, n or WxH, in place of the profile's.", CustomParser = OptionValues.Size };
Option<ChannelValues?> mean = new("--mean")
{
    Description = "Three numbers a,b,c in place of the profile's mean: red, green, blue from 0 to 1 (blue, green, red from 0 to 255 for the Caffe2 profiles).",
    CustomParser = OptionValues.Channels,
};
Option<ChannelValues?> std = new("--std") { Description = "Three numbers in place of the profile's standard deviation, as for --mean.", CustomParser = OptionValues.Channels };
Option<bool> probabilities = new("--probabilities") { Description = "For an ONNX file that ends in a softmax: its output is probabilities already." };
Option<int?> top = new("--top") { Description = "How many classes to name for each picture. [default: 1, or 5 with --json]", CustomParser = OptionValues.Count };
Option<bool> tenCrop = new("--ten-crop") { Description = "Average over ten crops of each picture: corners, centre, and their mirror images." };
Option<bool> json = new("--json") { Description = "Print one JSON object a line instead of a table." };

pictures.Validators.Add(OptionValues.RejectUnknownOptions);

RootCommand command = new("Classifies pictures with a ResNet.") { pictures, model, modelsFolder, labels, profile, size, mean, std, probabilities, tenCrop, top, json };
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
        IReadOnlyList<PictureFile> files = PictureFiles.Find(options.GetValue(pictures) ?? []);
        using ResNetClassifier classifier = new ModelChoice
        {
            Model = options.GetValue(model)!,
            ModelsFolder = options.GetValue(modelsFolder),
            LabelsFile = options.GetValue(labels),
            Profile = options.GetValue(profile),
            Size = options.GetValue(size),
            Mean = options.GetValue(mean),
            Std = options.GetValue(std),
            Crops = options.GetValue(tenCrop) ? CropSampling.TenCrop : CropSampling.Center,
            OutputKind = options.GetValue(probabilities) ? OutputKind.Probabilities : OutputKind.Logits,
        }.Load();
        bool asJson = options.GetValue(json);
        IReport report = asJson ? new JsonReport(classifier, Console.Out) : new TableReport(classifier, Terminal.Open());
        return ClassifyAll(classifier, files, options.GetValue(top) ?? (asJson ? 5 : 1), report);
    }
    catch (Exception exception) when (exception is ResNetException or ArgumentException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(Describe(exception));
        return Unusable;
    }
}

static int ClassifyAll(ResNetClassifier classifier, IReadOnlyList<PictureFile> files, int topK, IReport report)
{
    // The first run of a process pays for start-up: one picture that can be read is classified twice, so that no row shows it.
    _ = files.Any(file => TryClassify(classifier, file, topK).Result is not null);

    int exitCode = Success;
    foreach (PictureFile file in files)
    {
        (Classification? result, string? error) = TryClassify(classifier, file, topK);
        if (result is not null)
        {
            report.Add(file, result);
        }
        else
        {
            report.AddFailure(file, error!);
            exitCode = SomePicturesFailed;
        }
    }

    report.End();
    return exitCode;
}

// A bad picture does not cost the others their result; whatever else fails is the model's or the installation's fault.
static (Classification? Result, string? Error) TryClassify(ResNetClassifier classifier, PictureFile file, int topK)
{
    try
    {
        return (classifier.Classify(file.Path, topK), null);
    }
    catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
    {
        return (null, Describe(exception));
    }
}

// Without what the reader sees anyway (the picture's path) or has no use for (the name of a parameter in the code).
static string Describe(Exception exception) => exception switch
{
    ImageDecodeException decode => decode.Reason,
    ArgumentException { ParamName: string name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
    ModelUnavailableException { ModelId: string id } when ResNetVariant.TryParse(id, out _) => $"{exception.Message}\nOr name it here: --models-folder <folder>",
    _ => exception.Message,
};
