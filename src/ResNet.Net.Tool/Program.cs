using System.CommandLine;
using ResNet.Net.Tool.Batch;
using ResNet.Net.Tool.Classify;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Completion;
using ResNet.Net.Tool.Evaluate;
using ResNet.Net.Tool.Explain;
using ResNet.Net.Tool.Models;
using ResNet.Net.Tool.Quantize;
using ResNet.Net.Tool.Search;

RootCommand root = new("Classifies images with ResNet models. Every command runs without arguments on built-in sample images.")
{
    ClassifyCommand.Create(),
    BatchCommand.Create(),
    ModelsCommand.Create(),
    EvaluateCommand.Create(),
    QuantizeCommand.Create(),
    ExplainCommand.Create(),
    SearchCommand.Create(),
    CompletionCommand.Create(),
};

return await Cli.RunAsync(root, args);
