using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Models;

/// <summary>Runs published test data and prints how far this machine's outputs are from the published ones.</summary>
internal sealed class GoldenCommand(ModelStore store, TextWriter error, OutputFormat format)
{
    private readonly List<string> _failures = [];
    private readonly SortedSet<string> _runtimes = [];
    private readonly Table _table = CreateTable();

    /// <param name="variants">The variants; none stands for those in the store.</param>
    /// <param name="archivePath">An archive for the one variant instead of the published one; null for the published one.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ArgumentException">There is an archive, but not exactly one variant.</exception>
    public async Task<int> RunAsync(IReadOnlyList<ResNetVariant> variants, string? archivePath, CancellationToken cancellationToken)
    {
        if (archivePath is not null && variants.Count != 1)
        {
            throw new ArgumentException("--archive has the test data of one model. Name exactly one model ID.");
        }

        InputFile.Check("--archive", archivePath, "a tar.gz archive of test data");
        foreach (ResNetVariant variant in variants.Count > 0 ? variants : UpkeepCommands.Stored(store))
        {
            await RunAsync(variant, archivePath, cancellationToken);
        }

        if (format == OutputFormat.Text)
        {
            Print(Terminal.Open());
        }

        foreach (string failure in _failures)
        {
            error.WriteLine(failure);
        }

        return _failures.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private static Table CreateTable()
    {
        Table table = new Table().RoundedBorder();
        table.AddColumn(new TableColumn("ID").NoWrap()).AddColumn(new TableColumn("Dataset"));
        foreach (string number in (string[])["Difference", "Relative", "Allowed"])
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("Top-1").NoWrap()).AddColumn(new TableColumn("Top-5").NoWrap());
        return table.AddColumn(new TableColumn("Result").NoWrap());
    }

    private void Print(IAnsiConsole console)
    {
        if (_table.Rows.Count > 0)
        {
            console.Write(_table);
        }
        else if (_failures.Count == 0)
        {
            console.WriteLine("There is nothing to verify.");
        }

        foreach (string runtime in _runtimes)
        {
            console.MarkupLine(Terminal.Plain(runtime));
        }
    }

    private async Task RunAsync(ResNetVariant variant, string? archivePath, CancellationToken cancellationToken)
    {
        try
        {
            GoldenArchive? archive = archivePath is null ? null : GoldenArchive.Read(archivePath, null, cancellationToken);
            ResNetClassifierOptions options = new() { Store = store };
            GoldenReport report = await GoldenTest.RunAsync(variant, archive, null, options, new NoticeLines(error), cancellationToken);
            _runtimes.Add(Describe(report));
            foreach (GoldenResult result in report.Results)
            {
                Add(report.ModelName, result);
            }
        }
        catch (Exception exception) when (exception is ResNetException or IOException or UnauthorizedAccessException)
        {
            string message = LibraryTerms.Replace(exception.Message);
            _failures.Add($"{variant.Id}: {message}");
            if (format == OutputFormat.Json)
            {
                JsonLines.Write(new ResultLine(variant.Id, "failed", null, message), ModelsJson.Default.ResultLine);
            }
        }
    }

    private void Add(string model, GoldenResult result)
    {
        if (!result.Passed)
        {
            _failures.Add($"{model}, '{result.Dataset}': {result.Failure}.");
        }

        if (format == OutputFormat.Json)
        {
            GoldenLine line = new(
                model,
                result.Dataset,
                result.MaxDifference,
                result.MaxRelativeDifference,
                result.Allowed,
                result.Top1Agrees,
                result.Top5Agrees,
                result.Passed,
                result.Failure);
            JsonLines.Write(line, ModelsJson.Default.GoldenLine);
            return;
        }

        _table.AddRow(
            model,
            Terminal.Plain(result.Dataset),
            Number(result.MaxDifference),
            Number(result.MaxRelativeDifference),
            Number(result.Allowed),
            result.Top1Agrees ? "same" : "[yellow]other[/]",
            result.Top5Agrees ? "same" : "[yellow]other[/]",
            result.Passed ? "[green]pass[/]" : "[red]FAILS[/]");
    }

    private static string Describe(GoldenReport report)
    {
        string processor = report.HasInt8DotProduct ? "a processor with int8 dot products" : "a processor without int8 dot products";
        string tolerance = string.Join(" + ", new[]
        {
            report.Tolerance.Relative > 0 ? $"{Number(report.Tolerance.Relative)} of the value" : null,
            report.Tolerance.RelativeToMax > 0 ? $"{Number(report.Tolerance.RelativeToMax)} of the largest" : null,
            report.Tolerance.Steps > 0 ? $"{Number(report.Tolerance.Steps)} quantization steps of the output" : null,
        }.OfType<string>());
        string kind = report.Arithmetic switch
        {
            null => "fp32",
            Int8Arithmetic.DotProduct => "int8 with exact sums (dot-product instructions)",
            Int8Arithmetic.Widened => "int8 with exact sums (widened)",
            _ => "int8 with sums that saturate at 16 bits",
        };
        return $"ONNX Runtime {report.OnnxRuntimeVersion} on {processor}. Tolerance for {kind}: {tolerance}.";
    }

    private static string Number(double value)
        => value.ToString(value is > 0 and < 0.01 ? "0.##E+0" : "0.####", CultureInfo.InvariantCulture);
}
