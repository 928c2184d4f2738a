using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Explain;

/// <summary><c>resnet explain</c>: draws class activation maps over images.</summary>
internal sealed partial class ExplainCommand
{
    private const int DefaultLongSide = 512, MaxLongSide = 16_384, MaxTop = 5;

    private readonly Argument<string[]> _images = new("images")
    {
        Description = "Image files and folders of images. [default: the sample images]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _class = new("--class")
    {
        Description = "The class to explain: a label or an index. [default: the most probable class]",
        HelpName = "label|index",
    };

    private readonly Option<int?> _top = new("--top")
    {
        Description = $"Without --class: the number of most probable classes to draw, from 1 to {MaxTop}. [default: 1]",
        HelpName = "n",
        CustomParser = OptionValues.CountTo(MaxTop),
    };

    private readonly Option<string> _output = new("--out")
    {
        Description = "The folder for the PNG files; for one image and one class, also a file that ends in .png.",
        HelpName = "folder|file",
        DefaultValueFactory = _ => "maps",
    };

    private readonly Option<int?> _longSide = new("--long-side")
    {
        Description = $"The longer side of the drawn image, in pixels. [default: {DefaultLongSide}]",
        HelpName = "n",
        CustomParser = OptionValues.CountTo(MaxLongSide),
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per map." };

    private readonly ModelOptions _model = new();

    private ExplainCommand() => _images.Validators.Add(OptionValues.RejectUnknownOptions);

    public static Command Create() => new ExplainCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand command = new("explain", "Draw where in an image the model sees a class (class activation maps).") { _images };
        command.Add(_class, _top, _output, _longSide, _json);
        _model.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageFile> files = ImageFiles.Find(options.GetValue(_images));
        using ResNetClassifier classifier
            = await (_model.Choice(options) with { ActivationMaps = true }).LoadAsync(cancellationToken);
        int? wanted = options.GetValue(_class) is string text ? ClassOf(classifier.Labels, text) : null;
        int count = wanted is null ? options.GetValue(_top) ?? 1 : 1;
        MapFiles target = new(options.GetValue(_output)!, files.Count * count);
        OverlayOptions style = new() { LongSide = options.GetValue(_longSide) ?? DefaultLongSide, SideBySide = true };
        int exitCode = ExitCode.Success;
        foreach (ImageFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            exitCode = TryExplain(classifier, file.Path, wanted, count, out ActivationMap[] maps) ? exitCode : ExitCode.SomeFailed;
            foreach (ActivationMap map in maps)
            {
                string path = target.PathOf(file.Path, map.Prediction);
                map.SavePng(path, style);
                Print(file.Path, path, map.Prediction, options.GetValue(_json));
            }
        }

        return exitCode;
    }

    private static void Print(string file, string map, Prediction prediction, bool asJson)
    {
        if (asJson)
        {
            JsonLines.Write(new MapLine(file, map, prediction), ExplainJson.Default.MapLine);
        }
        else
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{map}: {prediction.Label} {prediction.Probability:P1}"));
        }
    }

    // A bad image does not fail the others.
    private static bool TryExplain(ResNetClassifier classifier, string image, int? wanted, int count, out ActivationMap[] maps)
    {
        try
        {
            ActivationMap first = classifier.Explain(image, wanted);
            IEnumerable<Prediction> others = first.Classification.Predictions.Take(count).Skip(1);
            maps = [first, .. others.Select(next => classifier.Explain(image, next.ClassIndex))];
            return true;
        }
        catch (Exception exception) when (Failure.IsOfImage(exception))
        {
            Terminal.Error.WriteLine($"{image}: {Failure.DescribeImage(exception, image)}");
            maps = [];
            return false;
        }
    }

    // A class can have several labels: "robin, American robin, Turdus migratorius".
    private static int ClassOf(LabelSet labels, string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < labels.Count)
        {
            return index;
        }

        bool IsClass(int i) => labels[i].Split(',', StringSplitOptions.TrimEntries).Prepend(labels[i]).Contains(
            text, StringComparer.OrdinalIgnoreCase);
        int found = Enumerable.Range(0, labels.Count).FirstOrDefault(IsClass, -1);
        return found >= 0
            ? found
            : throw new ArgumentException(
                $"The model has no class '{text}'. Name a label such as '{labels[0]}', or an index from 0 to {labels.Count - 1}.");
    }

    internal sealed record MapLine(string File, string Map, Prediction Prediction);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(MapLine))]
    internal sealed partial class ExplainJson : JsonSerializerContext;
}
