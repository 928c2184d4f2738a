using System.Globalization;

namespace ResNet.Net.Onnx.Tests;

public sealed class KnownOperatorsTests
{
    [PythonOnnxFact]
    public async Task History_EveryOperator_MatchesOnnx()
    {
        string printed = await OnnxChecker.RunAsync("""
            from onnx import defs
            for schema in defs.get_all_schemas_with_history():
                if schema.domain == '' and schema.since_version <= 13:
                    print(schema.name, schema.since_version)
            """);
        ILookup<string, int> history = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).ToLookup(f => f[0], f => int.Parse(f[1], CultureInfo.InvariantCulture));

        KnownOperators.History.Should()
            .HaveCount(70).And.AllSatisfy(known => known.Value.Should().Equal(history[known.Key].Order(), known.Key));
    }

    [PythonOnnxFact]
    public async Task IrVersionOf_EveryOpset_MatchesOnnx()
    {
        string printed = await OnnxChecker.RunAsync("""
            from onnx import helper
            for row in helper.VERSION_TABLE:
                if 7 <= row[2] <= 13:
                    print(row[2], row[1])
            """);

        long[][] rows = [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray())];

        rows.Select(r => r[0]).Distinct().Should().Equal(7, 8, 9, 10, 11, 12, 13);
        rows.Should().AllSatisfy(row => OpsetUpgrader.IrVersionOf(row[0]).Should().Be(row[1]));
    }

    [Fact]
    public void History_EveryOperator_MatchesTheDocumentation()
    {
        Dictionary<string, string> documented = [];
        IEnumerable<string> rows = File.ReadLines(Path.Combine(TestFolders.Repository, "docs", "onnx.md"))
            .SkipWhile(l => l != "## Upgrade the opset").Where(l => l.StartsWith("| `", StringComparison.Ordinal));
        foreach (string[] cells in rows.Select(l => l.Split('|', StringSplitOptions.TrimEntries)))
        {
            foreach (string name in cells[1].Split(", "))
            {
                documented.Add(name.Trim('`'), cells[2]);
            }
        }

        documented.Should().Equal(KnownOperators.History.ToDictionary(h => h.Key, h
            => string.Join(", ", h.Value.Select(o => Cell(h.Key, o)))));

        static string Cell(string opType, int opset) => KnownOperators.StepAt(opType, opset)!.Edit is null ? $"{opset}" : $"**{opset}**";
    }
}
