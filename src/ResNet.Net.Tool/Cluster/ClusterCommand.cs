using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ResNet.Net.Orleans;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Cluster;

/// <summary><c>resnet cluster</c>: classifies millions of images on several machines.</summary>
internal sealed class ClusterCommand
{
    private const string ParquetExtension = ".parquet";
    private const string CsvExtension = ".csv";

    private readonly ClusterDatabase _database = new();

    private readonly Argument<JobId?> _job = JobArgument(ArgumentArity.ExactlyOne, "The number of a job.");

    private readonly Argument<JobId?> _shown = JobArgument(ArgumentArity.ZeroOrOne, "The number of a job. [default: all jobs]");

    private readonly Option<bool> _watch = new("--watch") { Description = "Show the progress until the job ends." };

    private readonly Option<string> _output = new("--out")
    {
        Description = $"The file to write: {CsvExtension} or {ParquetExtension}.",
        HelpName = "file",
        Required = true,
    };

    public static Command Create() => new ClusterCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand status = Define("status", "Show all jobs and silos, or the progress of one job.");
        status.Arguments.Add(_shown);
        status.Add(_watch);
        status.Does(StatusAsync);

        ToolCommand cancel = Define("cancel", "Cancel a job. Rows that are written stay.");
        cancel.Arguments.Add(_job);
        cancel.Does((options, token) => WithJobAsync(options, async (store, job) =>
        {
            bool canceled = await store.CancelJobAsync(job, token);
            Terminal.Out.WriteLine(canceled ? $"Job {job} is canceled." : $"Job {job} has already ended.");
            return ExitCode.Success;
        }, null, token));

        ToolCommand results = Define("results", "Write the rows of a job to a CSV or Parquet file.", "Canceled. No file was written.");
        results.Arguments.Add(_job);
        results.Add(_output);
        results.Does((options, token) => WithJobAsync(
            options, (store, job) => ExportAsync(store, job, options.GetValue(_output)!, token), null, token));

        ToolCommand retry = Define("retry", "Classify the failed images of a job again.");
        retry.Arguments.Add(_job);
        retry.Does((options, token) => WithJobAsync(options, async (store, job) =>
        {
            long count = await store.RetryFailuresAsync(job, token);
            Terminal.Out.WriteLine($"Job {job}: {Quantity.Of(count, "failed image")} will be classified again.");
            return ExitCode.Success;
        }, null, token));

        ToolCommand delete = Define(
            "delete", "Delete a job that has ended, and its rows.", "Canceled. The job is incomplete: delete it again.");
        delete.Arguments.Add(_job);
        delete.Does((options, token) => WithJobAsync(options, async (store, job) =>
        {
            await store.DeleteJobAsync(job, token);
            Terminal.Out.WriteLine($"Job {job} is deleted.");
            return ExitCode.Success;
        }, null, token));

        ToolCommand cluster = new("cluster", "Classify millions of images on several machines. Without a subcommand: status.")
        {
            new ClusterServe(_database).Build(), new ClusterSubmit(_database).Build(), status, cancel, results, retry,
            delete,
        };
        cluster.Add(_database.Option);
        cluster.Does((options, token) => StatusAsync(options, token));
        return cluster;
    }

    private static ToolCommand Define(string name, string description, string whenCanceled = "Canceled.")
        => new(name, description) { WhenCanceled = whenCanceled };

    private static Argument<JobId?> JobArgument(ArgumentArity arity, string description) => new("job")
    {
        Description = description,
        Arity = arity,
        CustomParser = (ArgumentResult argument) =>
        {
            if (JobId.TryParse(argument.Tokens[0].Value, null, out JobId job))
            {
                return job;
            }

            argument.AddError($"'{argument.Tokens[0].Value}' is not the number of a job. 'resnet cluster status' lists them.");
            return null;
        },
    };

    private async Task<int> StatusAsync(ParseResult options, CancellationToken cancellationToken)
    {
        JobId? job = options.CommandResult.GetResult(_shown) is null ? null : options.GetValue(_shown);
        if (job is JobId id)
        {
            return await WithJobAsync(options, async (store, _) =>
            {
                JobStatus status = options.GetValue(_watch)
                    ? await ClusterReport.WatchAsync(store, id, warns: true, cancellationToken)
                    : await store.GetStatusAsync(id, cancellationToken);
                await ClusterReport.PrintAsync(store, status, cancellationToken);
                return ClusterReport.ExitCodeOf(status);
            }, id, cancellationToken);
        }

        if (options.GetValue(_watch))
        {
            throw new ArgumentException("--watch requires the number of a job.");
        }

        await using JobStore all = await _database.OpenAsync(options, cancellationToken);
        await ClusterReport.PrintAllAsync(all, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>Opens the database and runs work on the job of the arguments.</summary>
    private async Task<int> WithJobAsync(
        ParseResult options, Func<JobStore, JobId, Task<int>> work, JobId? job, CancellationToken cancellationToken)
    {
        await using JobStore store = await _database.OpenAsync(options, cancellationToken);
        try
        {
            return await work(store, job ?? options.GetValue(_job)!.Value);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            // No such job, or a canceled one.
            throw new ArgumentException($"{exception.Message} 'resnet cluster status' lists the jobs.", exception);
        }
    }

    private static async Task<int> ExportAsync(JobStore store, JobId job, string path, CancellationToken cancellationToken)
    {
        TextFiles.Check(path);
        bool isParquet = path.EndsWith(ParquetExtension, StringComparison.OrdinalIgnoreCase);
        if (!isParquet && !path.EndsWith(CsvExtension, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"'{path}' has an unsupported extension. Name a file that ends with {CsvExtension} or {ParquetExtension}.");
        }

        JobStatus status = await store.GetStatusAsync(job, cancellationToken);
        ImageSourceDescription source = status.Job.Source;
        bool hasListFile = source.Kind == ImageSourceDescription.List && !source.Location.Contains("://", StringComparison.Ordinal);
        TextFiles.CheckApart([hasListFile ? source.Location : null, store is SqliteJobStore ? store.Name : null], path);
        string? warning = status.State switch
        {
            JobState.Submitting or JobState.Running => "is in progress. The file gets the rows that exist now.",
            JobState.Canceled => "is canceled. Images that were not classified have no row in the file.",
            _ => null,
        };
        if (warning is not null)
        {
            Terminal.Error.WriteLine($"Warning: job {job} {warning}");
        }

        long count = isParquet
            ? await JobExport.WriteParquetAsync(store, job, path, cancellationToken: cancellationToken)
            : await JobExport.WriteCsvAsync(store, job, path, cancellationToken: cancellationToken);
        string failed = status.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {status.Failed:#,0} of them failed") : "";
        Terminal.Out.WriteLine($"{Quantity.Of(count, "row")} in {path}{failed}.");
        return ClusterReport.ExitCodeOf(status);
    }
}
