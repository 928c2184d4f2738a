using System.Globalization;
using BenchmarkDotNet.Reports;

namespace ResNet.Net.Benchmarks;

/// <summary>Saves reports: <c>--save FOLDER</c> writes one Markdown file per benchmark class, with the command and the machine.</summary>
internal static class ResultsFolder
{
    private const string Option = "--save";

    public static (string? Folder, string[] Others) TakeOption(string[] args)
    {
        int index = Array.IndexOf(args, Option);
        return index < 0 ? (null, args)
            : index + 1 < args.Length ? (args[index + 1], [.. args[..index], .. args[(index + 2)..]])
            : throw new ArgumentException($"{Option} needs a folder.");
    }

    public static void Write(string folder, IEnumerable<Summary> summaries)
    {
        foreach (Summary summary in summaries.Where(summary => summary.Reports.Length > 0))
        {
            string name = summary.BenchmarksCases[0].Descriptor.Type.Name;
            string report = Directory.GetFiles(summary.ResultsDirectoryPath, $"*.{name}-report-github.md").Single();
            Write(folder, name, $"-- --filter '*{name}*'", File.ReadAllText(report).ReplaceLineEndings("\n"));
        }
    }

    /// <summary>Saves one report.</summary>
    /// <param name="folder">The folder of the results.</param>
    /// <param name="name">The title of the report and the name of its file.</param>
    /// <param name="arguments">The arguments that reproduce the report.</param>
    /// <param name="report">The report as Markdown.</param>
    public static void Write(string folder, string name, string arguments, string report)
    {
        Directory.CreateDirectory(folder);
        string command = $"dotnet run -c Release --project benchmarks/ResNet.Net.Benchmarks {arguments} {Option} {folder}";
        string path = Path.Combine(folder, $"{name}.md");
        File.WriteAllText(path, $"# {name}\n\n    {command}\n\n{Machine()}\n\n{report}");
        Console.WriteLine($"Wrote {path}");
    }

    private static string Machine()
    {
        int processors = Environment.ProcessorCount;
        string model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1]
                .Trim() ?? "unknown processor"
            : "unknown processor";
        return string.Create(CultureInfo.InvariantCulture, $"Machine: {model}, {processors} cores, {SimdSelection.Default} by default.");
    }
}
