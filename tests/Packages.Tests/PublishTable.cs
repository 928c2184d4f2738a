using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Packages.Tests;

/// <summary>
/// Packs, publishes the first snippet of ResNet.Net's README in every mode, and prints sizes and startup times as Markdown tables:
/// <c>dotnet run -c Release --project tests/Packages.Tests</c>. With <c>--modes</c> it only prints which modes can be published here.
/// </summary>
internal static class PublishTable
{
    private const int Starts = 11;

    private static async Task Main(string[] args)
    {
        if (args is ["--modes"])
        {
            foreach (PublishMode mode in PublishMode.All.Concat(PublishMode.ReadyToRun))
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
        Console.WriteLine(
            $"| published for {NativeFile.Here} | files | MB | native libraries, MB | start to answer, ms | start to end, ms |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        Consumer consumer = Applications.ClassifierWith(feed, "classifier");
        foreach (PublishMode mode in PublishMode.All.Concat(PublishMode.ReadyToRun))
        {
            if (await mode.MissingAsync() is string reason)
            {
                Console.WriteLine($"| {mode.Name} | not published here: {reason} | | | | |");
                continue;
            }

            Consumer.Published published = await consumer.PublishAsync(mode.Folder, mode.Arguments);
            long natives = published.Natives.Sum(published.BytesOf);
            (double answer, double end) = await StartAsync(published);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {mode.Name} | {published.Files.Count} | {published.Bytes / 1e6:0.0} | "
                    + $"{(natives > 0 ? (natives / 1e6).ToString("0.0", CultureInfo.InvariantCulture) : "inside")} | {answer:0} | "
                    + $"{end:0} |"));
        }
    }

    /// <summary>
    /// Returns the median times in milliseconds from starting the process to its answer and to its end, after one start that is not
    /// counted.
    /// </summary>
    private static async Task<(double Answer, double End)> StartAsync(Consumer.Published published)
    {
        List<(double Answer, double End)> times = [];
        for (int i = 0; i <= Starts; i++)
        {
            ProcessStartInfo start = published.StartInfo(Applications.Image);
            start.RedirectStandardOutput = true;
            long started = Stopwatch.GetTimestamp();
            using Process process = Process.Start(start)!;
            string? line = await process.StandardOutput.ReadLineAsync();
            double answer = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await process.WaitForExitAsync();
            times.Add((answer, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
            if (line != Applications.Answer)
            {
                throw new InvalidOperationException($"The application printed '{line}' instead of '{Applications.Answer}'.");
            }
        }

        return (Median(times.Skip(1).Select(t => t.Answer)), Median(times.Skip(1).Select(t => t.End)));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Starts / 2);
}
