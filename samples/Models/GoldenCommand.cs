using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Models;

/// <summary>Runs the zoo's test data, or that of an archive, and prints how far the outputs are from the published ones.</summary>
internal sealed class GoldenCommand(ModelStore store, IAnsiConsole console, TextWriter error)
{
    private readonly List<string> _failures = [];
    private readonly SortedSet<string> _runtimes = [];

    /// <param name="variants">The variants; none for those whose models are here.</param>
    /// <param name="archivePath">An archive for the one variant, in place of the zoo's; null for the zoo's.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">There is an archive, and not one variant.</exception>
    public async Task<int> RunAsync(IReadOnlyList<ResNetVariant> variants, string? archivePath, CancellationToken cancellationToken)
    {
        if (archivePath is not null && variants.Count != 1)
        {
            throw new ArgumentException("--archive holds the test data of one model: name that model's id.");
        }

        if (variants.Count == 0)
        {
            variants = [.. store.List().Where(m => m.Kind == StoredFileKind.Model && m.State is StoredModelState.Verified or StoredModelState.Unverified).Select(m => m.Variant).Distinct()];
        }

        Table table = new Table().RoundedBorder();
        table.AddColumn(new TableColumn("Id").NoWrap()).AddColumn(new TableColumn("Data set"));
        table.AddColumn(new TableColumn("Difference").RightAligned().NoWrap()).AddColumn(new TableColumn("of largest").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("Allowed").RightAligned().NoWrap()).AddColumn(new TableColumn("Top-1").NoWrap()).AddColumn(new TableColumn("Top-5").NoWrap());
        table.AddColumn(new TableColumn("Result").NoWrap());
        foreach (ResNetVariant variant in variants)
        {
            await RunAsync(variant, archivePath, table, cancellationToken);
        }

        if (table.Rows.Count > 0)
        {
            console.Write(table);
        }
        else if (_failures.Count == 0)
        {
            console.WriteLine("There is nothing to verify.");
        }

        foreach (string runtime in _runtimes)
        {
            console.MarkupLine(Terminal.Plain(runtime));
        }

        foreach (string failure in _failures)
        {
            error.WriteLine(failure);
        }

        return _failures.Count > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private async Task RunAsync(ResNetVariant variant, string? archivePath, Table table, CancellationToken cancellationToken)
    {
        try
        {
            GoldenArchive? archive = archivePath is null ? null : GoldenArchive.Read(archivePath, null, cancellationToken);
            GoldenReport report = await GoldenTest.RunAsync(variant, archive, null, new ResNetClassifierOptions { Store = store }, new NoticeLines(error), cancellationToken);
            _runtimes.Add(Describe(report));
            foreach (GoldenResult result in report.Results)
            {
                table.AddRow(
                    report.ModelName,
                    Terminal.Plain(result.Dataset),
                    Number(result.MaxDifference),
                    Number(result.MaxRelativeDifference),
                    Number(result.Allowed),
                    result.Top1Agrees ? "same" : "[yellow]other[/]",
                    result.Top5Agrees ? "same" : "[yellow]other[/]",
                    result.Passed ? "[green]pass[/]" : "[red]FAILS[/]");
                if (!result.Passed)
                {
                    _failures.Add($"{report.ModelName}, '{result.Dataset}': {result.Failure}.");
                }
            }
        }
        catch (Exception exception) when (exception is ResNetException or IOException or UnauthorizedAccessException)
        {
            _failures.Add($"{variant.Id}: {exception.Message}");
        }
    }

    private static string Describe(GoldenReport report)
    {
        string processor = report.HasInt8DotProduct ? "a processor with VNNI or its like" : "a processor without VNNI";
        string tolerance = string.Join(" + ", new[]
        {
            report.Tolerance.Relative > 0 ? $"{Number(report.Tolerance.Relative)} of the value" : null,
            report.Tolerance.RelativeToMax > 0 ? $"{Number(report.Tolerance.RelativeToMax)} of the largest" : null,
            report.Tolerance.Steps > 0 ? $"{Number(report.Tolerance.Steps)} steps of the output" : null,
        }.OfType<string>());
        string kind = report.Arithmetic switch
        {
            null => "fp32",
            Int8Arithmetic.DotProduct => "int8, exact sums in one instruction",
            Int8Arithmetic.Widened => "int8, exact sums by session.x64quantprecision or wide registers",
            _ => "int8, sums that saturate in 16 bits",
        };
        return $"ONNX Runtime {report.OnnxRuntimeVersion} on {processor}. Allowed for {kind}: {tolerance}.";
    }

    private static string Number(double value) => value.ToString(value is > 0 and < 0.01 ? "0.##E+0" : "0.####", CultureInfo.InvariantCulture);
}
