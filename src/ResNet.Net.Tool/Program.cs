using System.CommandLine;
using System.CommandLine.Help;
using ResNet.Net.Tool.Batch;
using ResNet.Net.Tool.Classify;
using ResNet.Net.Tool.Cluster;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Completion;
using ResNet.Net.Tool.Evaluate;
using ResNet.Net.Tool.Explain;
using ResNet.Net.Tool.Models;
using ResNet.Net.Tool.Quantize;
using ResNet.Net.Tool.Search;
using ResNet.Net.Tool.Serve;
using ResNet.Net.Tool.Train;

RootCommand root = new("Classifies images with ResNet models. Without arguments, commands run on built-in sample images.")
{
    ClassifyCommand.Create(),
    BatchCommand.Create(),
    ModelsCommand.Create(),
    EvaluateCommand.Create(),
    QuantizeCommand.Create(),
    ExplainCommand.Create(),
    SearchCommand.Create(),
    TrainCommand.Create(),
    ServeCommand.Create(),
    ClusterCommand.Create(),
    CompletionCommand.Create(),
};

// The default help also answers to /? and /h, which shell completion would offer.
root.Options.Remove(root.Options.OfType<HelpOption>().Single());
root.Options.Add(new HelpOption("--help", "-h", "-?") { Description = "Show help." });
root.Options.OfType<VersionOption>().Single().Description = "Show the version.";

return await Cli.RunAsync(root, args);
