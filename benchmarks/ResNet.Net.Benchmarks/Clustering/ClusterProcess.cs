using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Benchmarks.Clustering;

/// <summary>Represents a process of <see cref="ClusterChild"/>.</summary>
internal sealed class ClusterProcess : IDisposable
{
    private readonly Process _process;

    public ClusterProcess()
    {
        string program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        _process = Process.Start(new ProcessStartInfo(program, [.. host, ClusterChild.Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Runs a command.</summary>
    /// <returns>The number of images and the processor seconds.</returns>
    public async Task<(long Images, double Processor)> RunAsync(string command, string argument)
    {
        await _process.StandardInput.WriteLineAsync($"{command} {argument}");
        await _process.StandardInput.FlushAsync();
        string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A process ended early.");
        string[] numbers = line.Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
