using System.CommandLine;
using ResNet.Net.Onnx;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Models;

/// <summary><c>resnet models</c>: manages the model store and checks this machine.</summary>
internal sealed class ModelsCommand
{
    private readonly Option<string?> _root = new("--root")
    {
        Description = "The folder of the store. [default: RESNET_NET_HOME, then the user's cache folder]",
        HelpName = "folder",
        Recursive = true,
    };

    private readonly Option<string[]> _mirrors = new("--mirror")
    {
        Description = "An address that serves the files. [default: RESNET_NET_MIRROR, then Hugging Face and GitHub]",
        HelpName = "url",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON: one object per line.", Recursive = true };

    private readonly Argument<ResNetVariant[]> _pulled = VariantArguments.Create(
        "IDs of variants, such as resnet50-v1-7, or all.", ArgumentArity.OneOrMore, VariantArguments.Downloadable);

    private readonly Argument<ResNetVariant[]> _removed = VariantArguments.Create(
        "IDs of variants, such as resnet50-v1-7, or all.", ArgumentArity.OneOrMore, VariantArguments.Stored);

    private readonly Argument<ResNetVariant[]> _verified = VariantArguments.Create(
        "IDs of variants. [default: all in the store]", ArgumentArity.ZeroOrMore, VariantArguments.Stored, allowEmbedded: true);

    private readonly Option<bool> _golden = new("--golden")
    {
        Description = "Run the published test data, downloaded on demand, and compare the outputs.",
    };

    private readonly Option<string?> _archive = new("--archive")
    {
        Description = "With --golden: a tar.gz archive of test data for one model, instead of the published one.",
        HelpName = "file",
    };

    private readonly Argument<string[]> _paths = new("paths") { Description = "Files and folders.", Arity = ArgumentArity.OneOrMore };

    private readonly Argument<string> _init = new("init") { Description = "The file with the weights: init_net.pb." };

    private readonly Argument<string> _predict = new("predict") { Description = "The file with the operators: predict_net.pb." };

    private readonly Option<string> _output = new("--out")
    {
        Description = "The ONNX file to write.",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<QuantizationFormat> _format = OptionValues.EnumOption(
        "--format",
        "format",
        "The format of an int8 network: QOperator for ONNX Runtime on CPUs, or Qdq for every runtime.",
        QuantizationFormat.QOperator);

    public static Command Create() => new ModelsCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand list = Define("list", "List all variants and show which are in the store.");
        list.Does((options, _) => Task.FromResult(ListReport.Print(Open(options), Output(options))));

        ToolCommand pull
            = Define("pull", "Download variants.", "Canceled. The downloaded part is kept: the same command continues after it.");
        pull.Arguments.Add(_pulled);
        pull.Does((options, token)
            => new PullCommand(Open(options), Terminal.Open(), Output(options)).RunAsync(options.GetValue(_pulled)!, token));

        ToolCommand verify = Define("verify", "Hash stored files again, or run the published test data (--golden).");
        verify.Arguments.Add(_verified);
        verify.Add(_golden, _archive);
        verify.Does(VerifyAsync);

        ToolCommand remove = Define("remove", "Delete variants from the store.");
        remove.Arguments.Add(_removed);
        remove.Does((options, _) => Task.FromResult(Upkeep(options).Remove(options.GetValue(_removed)!)));

        ToolCommand import = Define("import", "Copy model files into the store; they are identified by their SHA-256.");
        import.Arguments.Add(_paths);
        import.Does((options, token) => Upkeep(options).ImportAsync(options.GetValue(_paths)!, token));

        ToolCommand importCaffe2 = Define("import-caffe2", "Convert Caffe2's init_net.pb and predict_net.pb to an ONNX file.");
        importCaffe2.Arguments.Add(_init);
        importCaffe2.Arguments.Add(_predict);
        importCaffe2.Add(_output, _format);
        importCaffe2.Does((options, token) => new ImportCaffe2Command(Output(options)).RunAsync(
            options.GetValue(_init)!, options.GetValue(_predict)!, options.GetValue(_output)!, options.GetValue(_format), token));

        ToolCommand where = Define("where", "Show the folder of the store and the sources of the files.");
        where.Does((options, _) => Task.FromResult(WhereReport.Print(Open(options), Output(options))));

        ToolCommand doctor = Define("doctor", "Check this machine; the exit code is 1 if a check fails.");
        doctor.Does((options, _) => Task.FromResult(new Doctor(Open(options)).Run(Output(options))));

        ToolCommand models = new("models", "Manage model files, and check this machine. Without a subcommand: list.")
        {
            list, pull, verify, remove, import, importCaffe2, where, doctor,
        };
        models.Add(_root, _mirrors, _json);
        models.Does((options, _) => Task.FromResult(ListReport.Print(Open(options), Output(options))));
        return models;
    }

    private static ToolCommand Define(string name, string description, string whenCanceled = "Canceled.")
        => new(name, description) { WhenCanceled = whenCanceled };

    private Task<int> VerifyAsync(ParseResult options, CancellationToken token)
        => options.GetValue(_golden)
            ? new GoldenCommand(Open(options), Terminal.Error, Output(options))
                .RunAsync(options.GetValue(_verified)!, options.GetValue(_archive), token)
            : options.GetValue(_archive) is null ? Upkeep(options).VerifyAsync(options.GetValue(_verified)!, token)
            : throw new ArgumentException("--archive requires --golden.");

    private UpkeepCommands Upkeep(ParseResult options) => new(Open(options), Terminal.Error, Output(options));

    private OutputFormat Output(ParseResult options) => options.GetValue(_json) ? OutputFormat.Json : OutputFormat.Text;

    private ModelStore Open(ParseResult options)
    {
        string[] addresses = options.GetValue(_mirrors) ?? [];
        return new ModelStore(new ModelStoreOptions
        {
            RootFolder = options.GetValue(_root),
            Sources = addresses.Length == 0 ? null : [.. addresses.Select(ModelSource.Mirror)],
        });
    }
}
