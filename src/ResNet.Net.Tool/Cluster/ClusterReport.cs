using ResNet.Net.Orleans;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;
using Spectre.Console;

namespace ResNet.Net.Tool.Cluster;

/// <summary>Prints jobs and silos.</summary>
internal static class ClusterReport
{
    private const int PollsPerSiloCheck = 10;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    public static int ExitCodeOf(JobStatus status) => status.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;

    /// <summary>Shows the progress of a job until it ends.</summary>
    /// <param name="store">The store.</param>
    /// <param name="job">The id of the job.</param>
    /// <param name="warns">Whether to say, once, that no silo is running.</param>
    /// <param name="cancellationToken">Cancels watching.</param>
    public static Task<JobStatus> WatchAsync(JobStore store, JobId job, bool warns, CancellationToken cancellationToken)
        => ImageProgressBar.ShowAsync(
            $"job {job}",
            async bar =>
            {
                for (int poll = 0; ; poll++)
                {
                    JobStatus status = await store.GetStatusAsync(job, cancellationToken);
                    bar.Report(ProgressOf(status), $", {Quantity.Of(status.Workers, "worker")}");
                    if (status.State is JobState.Completed or JobState.Canceled)
                    {
                        return status;
                    }

                    if (poll == 0 && status.State == JobState.Submitting)
                    {
                        bar.WriteLine(Hint(status));
                    }

                    if (warns && poll % PollsPerSiloCheck == 0 && (await store.GetSilosAsync(cancellationToken)).Count == 0)
                    {
                        warns = false;
                        bar.WriteLine($"No silo is running: job {job} waits for 'resnet cluster serve'.");
                    }

                    await Task.Delay(WatchInterval, cancellationToken);
                }
            });

    public static async Task PrintAsync(JobStore store, JobStatus status, CancellationToken cancellationToken)
    {
        ClassificationJob job = status.Job;
        Terminal.Out.WriteLine($"Job {job.Id}{(job.Name is null ? "" : $" ({Clean(job.Name)})")}: {Clean(job.Source.ToString())}");
        Terminal.Out.WriteLine($"Model: {job.Model.Id}, SHA-256 {job.Model.Sha256}");
        Terminal.Out.WriteLine($"{status.State}: {Describe(status)}");
        if (status.OpenShards > 0)
        {
            Terminal.Out.WriteLine(Invariant(
                $"Shards: {status.OpenShards:#,0} of {status.Shards:#,0} open, {status.LeasedShards:#,0} in progress")
                + $", {Quantity.Of(status.Workers, "worker")}");
        }

        foreach (FailedShard shard in await store.GetFailedShardsAsync(job.Id, cancellationToken))
        {
            Terminal.Out.WriteLine(
                $"Shard {shard.Shard} was given up after {Quantity.Of(shard.Attempts, "attempt")}: {Clean(shard.Reason)}");
        }

        if (status.State == JobState.Submitting)
        {
            Terminal.Out.WriteLine(Hint(status));
        }

        if (status.State is JobState.Submitting or JobState.Running)
        {
            foreach (JobRefusal refusal in await store.GetRefusalsAsync(job.Id, cancellationToken))
            {
                Terminal.Out.WriteLine($"{Clean(refusal.Worker)} can't take shards of this job: {Clean(refusal.Reason)}");
            }
        }
    }

    public static async Task PrintAllAsync(JobStore store, CancellationToken cancellationToken)
    {
        IReadOnlyList<JobStatus> jobs = await store.ListJobsAsync(cancellationToken);
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("Job", "Images", "Model", "State", "Progress");
        foreach (JobStatus status in jobs)
        {
            ClassificationJob job = status.Job;
            table.AddRow(
                [.. new[] { job.Id.ToString(), job.Name ?? job.Source.ToString(), job.Model.Id, status.State.ToString(), Describe(status) }
                    .Select(Terminal.Plain)]);
        }

        if (jobs.Count > 0)
        {
            Terminal.Open().Write(table);
        }

        IReadOnlyList<ClusterSilo> silos = await store.GetSilosAsync(cancellationToken);
        foreach (JobStatus status in jobs.Where(j => j.State == JobState.Submitting))
        {
            Terminal.Out.WriteLine(Hint(status));
        }

        Terminal.Out.WriteLine($"{Quantity.Of(jobs.Count, "job")}, {Quantity.Of(silos.Count, "silo")} in {store.Name}");
        foreach (ClusterSilo silo in silos)
        {
            Terminal.Out.WriteLine(Invariant($"{Clean(silo.Name)} on {Clean(silo.Host)}, since {silo.StartedAt:u}"));
        }
    }

    private static string Describe(JobStatus status)
    {
        string failed = status.Failed > 0 ? Invariant($", {status.Failed:#,0} failed") : "";
        string rate = status.ImagesPerSecond is double value ? Invariant($", {value:F1} images/s") : "";
        string left = status.Remaining is TimeSpan remaining && status.State == JobState.Running
            ? Invariant($", {(long)remaining.TotalHours}:{remaining:mm\\:ss} left")
            : "";
        return Invariant($"{status.Completed:#,0} of {Quantity.Of(status.Images, "image")}{failed}{rate}{left}");
    }

    // The store can't tell whether a submitter has ended.
    private static string Hint(JobStatus status)
        => $"Job {status.Job.Id} is being submitted. If 'resnet cluster submit' has ended, cancel the job and submit it again.";

    private static ImageProgress ProgressOf(JobStatus status)
    {
        // The bar computes the rate from the time.
        TimeSpan elapsed = status.ImagesPerSecond is > 0 and double rate ? TimeSpan.FromSeconds(status.Completed / rate) : TimeSpan.Zero;
        return new ImageProgress(status.Completed, status.Images, status.Failed, 0, elapsed);
    }

    // Line breaks too: a name must not look like a line of the report.
    private static string Clean(string text) => PrintableText.Of(text);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
