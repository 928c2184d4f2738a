using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Benchmarks.Soaking;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>Represents the server's process.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly Process _process;

    private ServeProcess(Process process, string[] addresses)
    {
        _process = process;
        (HttpAddress, GrpcAddress) = (new Uri(addresses[0]), new Uri(addresses[^1]));
    }

    public Uri HttpAddress { get; }

    public Uri GrpcAddress { get; }

    /// <summary>Starts the server and waits until it listens.</summary>
    /// <param name="variantId">The variant.</param>
    /// <param name="modelPath">The file of the model; empty for that of the store.</param>
    /// <param name="fewArenas">Whether malloc has two arenas, as docs/serving.md recommends for servers.</param>
    public static async Task<ServeProcess> StartAsync(string variantId, string modelPath, bool fewArenas = false)
    {
        string[] arguments = [Environment.GetCommandLineArgs()[0], ServeChild.Command, variantId, modelPath];
        ProcessStartInfo start = new(Environment.ProcessPath!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (fewArenas)
        {
            start.Environment["MALLOC_ARENA_MAX"] = "2";
        }

        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.");
        return new ServeProcess(process, line.Split(' '));
    }

    /// <summary>Returns the processor seconds and the resident bytes of the server.</summary>
    public async Task<(double Seconds, double Bytes)> UsageAsync() => await AskNumbersAsync("usage");

    /// <summary>Returns the images per second of the library in the server's process, and the processor seconds per second.</summary>
    public async Task<(double Rate, double Cores)> LibraryAsync(string file, double seconds)
        => await AskNumbersAsync(string.Create(CultureInfo.InvariantCulture, $"library {file} {seconds}"));

    /// <summary>Starts threads in the server's process that use the library directly.</summary>
    public Task StartLibraryLoadAsync(int threads) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"load {threads}"));

    /// <summary>Takes a sample of the server's process.</summary>
    /// <returns>The sample, with the number of the library's calls.</returns>
    public async Task<SoakSample> SampleAsync() => SoakSample.Parse(await AskAsync("sample"));

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<(double First, double Second)> AskNumbersAsync(string command)
    {
        double[] numbers = [.. (await AskAsync(command)).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1]);
    }

    private async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server ended.");
    }
}
