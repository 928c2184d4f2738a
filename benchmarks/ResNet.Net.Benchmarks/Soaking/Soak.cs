using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Benchmarks.Serving;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>
/// Loads a process for minutes or hours and watches what it uses: <c>soak MINUTES [--server] [--save FOLDER]</c>. Eight threads use the
/// library in all its modes and its server; with <c>--server</c>, eight callers use the server. Fails on an unexpected outcome, and if
/// memory, threads or handles grow after the warm-up.
/// </summary>
internal static class Soak
{
    public const string Command = "soak";
    public const string ServerOption = "--server";

    private const int Threads = 8, CallersBesideLibrary = 2;
    private const int SmallSide = 224, LargeWidth = 1600, LargeHeight = 1200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Returns the name of the results of a run.</summary>
    public static string Name(bool onlyServer) => onlyServer ? $"{Command}-server" : Command;

    public static async Task<int> RunAsync(double minutes, bool onlyServer, string? save)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-soak-").FullName;
        try
        {
            string small = Path.Combine(folder, "small.jpg"), large = Path.Combine(folder, "large.jpg");
            File.WriteAllBytes(small, JpegFile.Encode(DrawnImage.Rgb(SmallSide, SmallSide), SmallSide, SmallSide));
            File.WriteAllBytes(large, JpegFile.Encode(DrawnImage.Rgb(LargeWidth, LargeHeight), LargeWidth, LargeHeight));
            ResNetVariant variant = ResNetVariant.Cifar10ResNet20;
            using ServeProcess server = await ServeProcess.StartAsync(variant.Id, "", fewArenas: true);
            using SoakRequests requests = await SoakRequests.CreateAsync(server, small, large, variant.Profile);
            await server.StartLibraryLoadAsync(onlyServer ? 0 : Threads - CallersBesideLibrary);
            using CancellationTokenSource ended = new();
            Task load = requests.RunAsync(onlyServer ? Threads : CallersBesideLibrary, ended.Token);
            List<SoakSample> samples = await SampleAsync(server, requests, load, TimeSpan.FromMinutes(minutes));
            await ended.CancelAsync();
            await load;
            return Report(samples, minutes, onlyServer, save);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<SoakSample>> SampleAsync(ServeProcess server, SoakRequests requests, Task load, TimeSpan time)
    {
        List<SoakSample> samples = [];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time && !load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(Interval));
            SoakSample sample = await server.SampleAsync();
            samples.Add(sample with
            {
                Minutes = Stopwatch.GetElapsedTime(start).TotalMinutes,
                Operations = sample.Operations + requests.Count,
            });
            Console.WriteLine(samples[^1]);
        }

        return samples;
    }

    private static int Report(List<SoakSample> samples, double minutes, bool onlyServer, string? save)
    {
        SoakTrend[] trends = SoakTrend.Of(samples);
        CultureInfo culture = CultureInfo.InvariantCulture;
        int warmUp = SoakTrend.WarmUp(samples);
        double warmUpMinutes = warmUp == 0 ? 0 : samples[warmUp - 1].Minutes;
        string report = string.Create(
            culture,
            $"{samples[^1].Operations} calls and requests in {samples[^1].Minutes:F0} minutes, every outcome as expected. ")
            + string.Create(culture, $"Warm-up: {warmUpMinutes:F1} minutes. `MALLOC_ARENA_MAX=2`.\n")
            + string.Create(culture, $"Largest resident memory: {samples.Max(s => s.Resident):F0} MB.\n\n")
            + "| after the warm-up | mean | slope per hour | limit | |\n|---|---:|---:|---:|---|\n"
            + string.Concat(trends.Select((trend, index) => trend.Row(falls: index == trends.Length - 1) + "\n"))
            + "\nThe slope is that of the least-squares line, ± its standard error. A slope fails if it exceeds the limit by more than\n"
            + "twice its standard error.\n";
        Console.WriteLine(report);
        if (save is not null)
        {
            string arguments = string.Create(culture, $"-- {Command} {minutes}{(onlyServer ? $" {ServerOption}" : "")}");
            ResultsFolder.Write(save, Name(onlyServer), arguments, report);
            SoakSample.Save(Path.Combine(save, $"{Name(onlyServer)}.csv"), samples);
        }

        return trends.Any(trend => trend.Fails) ? 1 : 0;
    }
}
