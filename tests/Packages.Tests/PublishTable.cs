using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Packages.Tests;

/// <summary>
/// Packs, publishes the classifier of the first README in every mode and prints a Markdown table of what that costs. Modes that cannot be published here are named:
/// <c>dotnet run -c Release --project tests/Packages.Tests</c>. With <c>--modes</c> it only tells which can be.
/// </summary>
internal static class PublishTable
{
    private const int Starts = 11;

    private static async Task Main(string[] args)
    {
        if (args is ["--modes"])
        {
            foreach (PublishMode mode in PublishMode.All)
            {
                Console.WriteLine($"{mode.Name}: {await mode.MissingAsync() ?? "tested"}");
            }

            return;
        }

        using Feed feed = new();
        await feed.InitializeAsync();
        await PrintAsync(feed);
    }

    private static async Task PrintAsync(Feed feed)
    {
        Console.WriteLine("| package | MB |");
        Console.WriteLine("|---|---:|");
        foreach (string id in Feed.Ids)
        {
            using Package package = feed.Open(id);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{id}` | {new FileInfo(package.Path).Length / 1e6:0.0} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"| published for {NativeFile.Here} | files | MB | of which native libraries | start to answer, ms |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        Consumer consumer = await Applications.ClassifierAsync(feed);
        foreach (PublishMode mode in PublishMode.All)
        {
            if (await mode.MissingAsync() is string reason)
            {
                Console.WriteLine($"| {mode.Name} | not published here: {reason} | | | |");
                continue;
            }

            Consumer.Published published = await consumer.PublishAsync(mode.Folder, mode.Arguments);
            long natives = published.Files.Where(f => f.Contains("onnxruntime", StringComparison.Ordinal) || f.Contains("vips", StringComparison.Ordinal)).Sum(f => new FileInfo(published.PathOf(f)).Length);
            double milliseconds = await StartAsync(published);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {mode.Name} | {published.Files.Count} | {published.Bytes / 1e6:0.0} | {(natives > 0 ? (natives / 1e6).ToString("0.0", CultureInfo.InvariantCulture) : "inside")} | {milliseconds:0} |"));
        }
    }

    /// <summary>The median time from starting the process to its end, one picture classified, after one start that is not counted.</summary>
    private static async Task<double> StartAsync(Consumer.Published published)
    {
        List<double> times = [];
        for (int i = 0; i <= Starts; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ProgramRun run = await published.RunAsync(null, Applications.Picture);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (run.Lines.FirstOrDefault() != Applications.Answer)
            {
                throw new InvalidOperationException($"It said '{run.Output}' and '{run.Error}' where '{Applications.Answer}' is right.");
            }
        }

        return times.Skip(1).Order().ElementAt(Starts / 2);
    }
}
