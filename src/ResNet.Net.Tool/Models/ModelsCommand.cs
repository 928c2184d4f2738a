// Looks after the models on this machine:
//   dotnet run --project samples/Models [-- list | pull | verify | remove | import | where | doctor]
using System.CommandLine;
using ResNet.Net;
using ResNet.Net.Samples.Models;
using ResNet.Net.Samples.Support;

Option<string?> root = new("--root") { Description = "The store's folder. [default: the environment variable RESNET_NET_HOME, then the user's cache folder]", Recursive = true };
Option<string[]> mirrors = new("--mirror") { Description = "An address that serves the files, in place of the public ones. [default: the environment variable RESNET_NET_MIRROR, then Hugging Face and GitHub]", Recursive = true };

Argument<ResNetVariant[]> some = VariantArguments.Create("Ids of variants, such as resnet50-v1-7, or all.", ArgumentArity.OneOrMore);
Argument<ResNetVariant[]> present = VariantArguments.Create("Ids of variants. None: all that are here.", ArgumentArity.ZeroOrMore, allowEmbedded: true);
Option<bool> golden = new("--golden") { Description = "Run the zoo's test data, downloaded where it is not here, and compare the outputs with the published ones." };
Option<string?> archive = new("--archive") { Description = "A tar.gz archive of test data for one model, in place of the zoo's; only with --golden." };
Argument<string[]> paths = new("paths") { Description = "Files, or folders of them.", Arity = ArgumentArity.OneOrMore };

RootCommand command = new("Lists, downloads, verifies and removes the models of the zoo, and tells what this machine has to run them with. Without a command: lists them.")
{
    root,
    mirrors,
    Define("list", "Every variant, and whether it is here.", [], (store, _, _) => Task.FromResult(ListReport.Print(store, Terminal.Open()))),
    Define("pull", "Download variants that are not here yet.", [some], (store, options, token) => new PullCommand(store, Terminal.Open()).RunAsync(options.GetValue(some)!, token)),
    Define("verify", "Hash files again, whatever is known of them; or (--golden) see whether this machine computes with them what it should.", [present], VerifyAsync, golden, archive),
    Define("remove", "Delete variants from the store.", [some], (store, options, _) => Task.FromResult(new UpkeepCommands(store, Console.Out, Console.Error).Remove(options.GetValue(some)!))),
    Define("import", "Copy models into the store that came by another way; they are known by their bytes.", [paths], (store, options, token) => new UpkeepCommands(store, Console.Out, Console.Error).ImportAsync(options.GetValue(paths)!, token)),
    Define("where", "Where models are kept and where they come from.", [], (store, _, _) => Task.FromResult(new UpkeepCommands(store, Console.Out, Console.Error).Where())),
    Define("doctor", "Check this machine: exits 1 when something would fail later.", [], (store, _, _) => Task.FromResult(new Doctor(store, Terminal.Open()).Run())),
};

command.Does((options, _) => Task.FromResult(ListReport.Print(OpenStore(options), Terminal.Open())));
return await Cli.RunAsync(command, args, "Cancelled. What was downloaded is kept, and goes on next time.");

Task<int> VerifyAsync(ModelStore store, ParseResult options, CancellationToken token)
    => options.GetValue(golden) ? new GoldenCommand(store, Terminal.Open(), Console.Error).RunAsync(options.GetValue(present)!, options.GetValue(archive), token)
        : options.GetValue(archive) is null ? new UpkeepCommands(store, Console.Out, Console.Error).VerifyAsync(options.GetValue(present)!, token)
        : throw new ArgumentException("--archive is test data to run: give --golden too.");

Command Define(string name, string description, Argument[] arguments, Func<ModelStore, ParseResult, CancellationToken, Task<int>> run, params Option[] more)
{
    Command defined = new(name, description);
    foreach (Argument argument in arguments)
    {
        defined.Arguments.Add(argument);
    }

    foreach (Option option in more)
    {
        defined.Options.Add(option);
    }

    defined.Does((options, token) => run(OpenStore(options), options, token));
    return defined;
}

ModelStore OpenStore(ParseResult options)
{
    string[] addresses = options.GetValue(mirrors) ?? [];
    return new ModelStore(new ModelStoreOptions
    {
        RootFolder = options.GetValue(root),
        Sources = addresses.Length == 0 ? null : [.. addresses.Select(ModelSource.Mirror)],
    });
}
