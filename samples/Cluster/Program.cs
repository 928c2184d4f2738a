// A job that any number of processes share: dotnet run --project samples/Cluster [-- folder [file.csv [database]]]
// The database is an SQLite file, or for several machines "Host=db;Database=resnet;Username=resnet".
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResNet.Net;
using ResNet.Net.Orleans;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "images");
string output = args.Length > 1 ? args[1] : "results.csv";
string database = args.Length > 2 ? args[2] : "jobs.db";

// The database has all state. Every image gets exactly one row in it, whichever processes end in between.
await using JobStore store = await JobStore.OpenAsync(database);

// This process is a silo: it finds the others through the database, and classifies shards of all jobs.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans", LogLevel.Error); // silos that come and go are normal
builder.AddResNetCluster(store);
using IHost host = builder.Build();
await host.StartAsync();

// Any process can create jobs; with IJobGrain, those in the cluster wake the workers.
ImageSourceDescription source = ImageSourceDescription.Parse(folder);
using ImageSources sources = new();
using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
ClassificationJob job = await store.CreateJobAsync(
    new JobRequest { Source = source, Model = JobModel.Of(classifier), Options = new JobOptions { TopK = 1 } },
    sources.Open(source).ListAsync());
IJobGrain grain = host.Services.GetRequiredService<Orleans.IGrainFactory>().GetGrain<IJobGrain>(job.Id.Value);
await grain.NotifyAsync();

JobProgress progress = await grain.GetProgressAsync();
while (progress.State is not (JobState.Completed or JobState.Canceled))
{
    await Task.Delay(TimeSpan.FromMilliseconds(200));
    progress = await grain.GetProgressAsync();
}

if (progress.State == JobState.Canceled)
{
    Console.Error.WriteLine("The job was canceled: some images have no row.");
}

long rows = await JobExport.WriteCsvAsync(store, job.Id, output);
Console.WriteLine($"{rows} images, {progress.Failed} failed: {output}");

// The worker completes its shard, or gives it back to others.
await host.StopAsync();
