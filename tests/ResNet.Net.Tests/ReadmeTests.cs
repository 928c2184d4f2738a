using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>What README.md says against what the code does. Changes the current folder and the console: alone.</summary>
[Collection(nameof(Alone))]
public class ReadmeTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(TestFolders.Repository, "README.md"));

    [Fact]
    public void FirstSnippet_Run_PrintsWhatReadmeShows()
    {
        string folder = Environment.CurrentDirectory;
        TextWriter console = Console.Out;
        StringWriter output = new();
        try
        {
            Environment.CurrentDirectory = TestFolders.Repository;
            Console.SetOut(output);
            FirstSnippet();
        }
        finally
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(console);
        }

        Block("```", after: Array.IndexOf(Lines, "```csharp") + 1, skipClosing: true).Should().Equal(output.ToString().TrimEnd());
    }

    [Fact]
    public void FirstSnippet_Text_IsTheCodeThatWasRun()
    {
        IEnumerable<string> source = File.ReadLines(Path.Combine(TestFolders.Repository, "tests", "ResNet.Net.Tests", "ReadmeTests.cs")).SkipWhile(l => l.Trim() != "private static void FirstSnippet()").Skip(2).TakeWhile(l => l != "    }").Select(l => l.Trim());

        Block("```csharp", after: 0).Where(l => l.Length > 0 && l != "using ResNet.Net;").Should().Equal(source);
    }

    [Fact]
    public void VariantTable_EveryRow_IsTheCatalogs()
    {
        string[][] rows = [.. Lines.Where(l => l.StartsWith("| `resnet", StringComparison.Ordinal)).Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray())];

        rows.Should().HaveCount(ResNetVariant.All.Count);
        foreach (string[] row in rows)
        {
            ResNetVariant variant = ResNetVariant.Parse(row[0].Split('`')[1]);
            string[] expected = [
                (variant.Bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture),
                variant.Opset.ToString(CultureInfo.InvariantCulture),
                variant.Precision == ModelPrecision.Fp32 ? "fp32" : $"int8 {(variant.QuantizationFormat == QuantizationFormat.Qdq ? "QDQ" : "QOperator")}",
                variant.Top1.ToString("0.00", CultureInfo.InvariantCulture),
                variant.Top5?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
                $"`{variant.Profile.Name}`",
            ];
            row.Skip(1).Should().Equal(expected, variant.Id);
        }
    }

    private static void FirstSnippet()
    {
        using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20); // load once, reuse, thread-safe
        Classification result = classifier.Classify("samples/pictures/deer.png");
        Console.WriteLine($"{result.Best.Label} {result.Best.Probability:P1}");
    }

    private static string[] Block(string fence, int after, bool skipClosing = false)
    {
        int start = Array.IndexOf(Lines, fence, after);
        if (skipClosing)
        {
            start = Array.IndexOf(Lines, fence, start + 1);
        }

        int end = Array.IndexOf(Lines, "```", start + 1);
        return Lines[(start + 1)..end];
    }
}
