using System.CommandLine;
using System.Globalization;
using ResNet.Net.Orleans;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Cluster;

/// <summary><c>resnet cluster submit</c>: creates a job.</summary>
internal sealed class ClusterSubmit(ClusterDatabase database)
{
    private const int LargestShard = 100_000;
    private const int LongestLease = 86_400;

    private readonly Argument<string?> _source = new("source")
    {
        Description = "A folder that all machines have at the same path, a file or address with one path or address per line, or "
            + "s3://bucket/prefix. [default: the sample images]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _name = new("--name") { Description = "A descriptive name.", HelpName = "name" };

    private readonly Option<int?> _top = new("--top")
    {
        Description = "The number of classes per image. [default: 1]",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    private readonly Option<int?> _shardSize = new("--shard-size")
    {
        Description = "The images that a worker takes at a time. [default: 1000]",
        HelpName = "n",
        CustomParser = OptionValues.CountTo(LargestShard),
    };

    private readonly Option<int?> _leaseTime = new("--lease-time")
    {
        Description = "The seconds after which another silo takes the shard of one that does not answer. [default: 60]",
        HelpName = "n",
        CustomParser = OptionValues.CountTo(LongestLease),
    };

    private readonly Option<bool> _watch = new("--watch") { Description = "Show the progress until the job ends." };

    private readonly ModelOptions _model = new();

    public ToolCommand Build()
    {
        _source.Validators.Add(OptionValues.RejectUnknownOptions);
        ToolCommand command = new("submit", "Create a job: the silos of the database classify its images.")
        {
            WhenCanceled = "Canceled. A job whose images were being listed is canceled too.",
        };
        command.Arguments.Add(_source);
        command.Add(_name, _top, _shardSize, _leaseTime, _watch);
        _model.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        ImageSourceDescription source = ImageSourceDescription.Parse(options.GetValue(_source) ?? SampleImages.Folder);
        if (source.Kind == ImageSourceDescription.Folder && !ImageFolder.Files(source.Location).Any())
        {
            throw ImageFiles.None(source.Location);
        }

        JobModel model;
        int top;
        using (ResNetClassifier classifier = await _model.Choice(options).LoadAsync(cancellationToken))
        {
            model = JobModel.Of(classifier);
            top = Math.Min(options.GetValue(_top) ?? 1, classifier.Labels.Count);
        }

        JobOptions job = new() { TopK = top };
        job = options.GetValue(_shardSize) is int size ? job with { ShardSize = size } : job;
        job = options.GetValue(_leaseTime) is int seconds ? job with { LeaseTime = TimeSpan.FromSeconds(seconds) } : job;
        using ImageSources sources = new();
        await using JobStore store = await database.CreateAsync(options, null, cancellationToken);
        ClassificationJob created = await store.CreateJobAsync(
            new JobRequest { Source = source, Model = model, Options = job, Name = options.GetValue(_name) },
            sources.Open(source).ListAsync(cancellationToken),
            cancellationToken: cancellationToken);
        JobStatus status = await store.GetStatusAsync(created.Id, cancellationToken);
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Job {created.Id}: {Quantity.Of(status.Images, "image")}, shards of {job.ShardSize:#,0}, {model.Id}"));
        string argument = database.Argument(options);
        bool hasSilos = (await store.GetSilosAsync(cancellationToken)).Count > 0;
        if (!hasSilos)
        {
            Terminal.Out.WriteLine($"No silo is running. Start one: resnet cluster serve{argument}");
        }

        if (!options.GetValue(_watch))
        {
            Terminal.Out.WriteLine($"Progress: resnet cluster status {created.Id} --watch{argument}");
            return ExitCode.Success;
        }

        status = await ClusterReport.WatchAsync(store, created.Id, warns: hasSilos, cancellationToken);
        await ClusterReport.PrintAsync(store, status, cancellationToken);
        return ClusterReport.ExitCodeOf(status);
    }
}
