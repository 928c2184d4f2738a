using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Models;

/// <summary>Prints all variants.</summary>
internal static class ListReport
{
    // Narrower terminals get fewer columns instead of wrapped ones.
    private const int FullWidth = 100;

    private static readonly Column[] Columns =
    [
        new("MB", IsNumber: true, WideOnly: false, v => Format.Megabytes(v.Bytes)),
        new("Opset", IsNumber: true, WideOnly: true, v => v.Opset.ToString(CultureInfo.InvariantCulture)),
        new("Precision", IsNumber: false, WideOnly: false, Format.Precision),
        new("Top-1 %", IsNumber: true, WideOnly: false, v => Format.Percent(v.Top1)),
        new("Top-5 %", IsNumber: true, WideOnly: true, v => Format.Percent(v.Top5)),
    ];

    public static int Print(ModelStore store, OutputFormat format)
    {
        ILookup<ResNetVariant, StoredModel> stored = store.List().ToLookup(m => m.Variant);
        if (format == OutputFormat.Json)
        {
            foreach (ResNetVariant variant in ResNetVariant.All)
            {
                JsonLines.Write(Describe(variant, stored[variant]), ModelsJson.Default.VariantLine);
            }
        }
        else
        {
            Print(store, stored, Terminal.Open());
        }

        return ExitCode.Success;
    }

    private static VariantLine Describe(ResNetVariant variant, IEnumerable<StoredModel> stored) => new(
        variant.Id,
        [.. variant.Files.Select(f => new FileLine(f.Name, f.Bytes, f.Sha256, f.Address))],
        variant.Opset,
        Format.Precision(variant),
        variant.Top1,
        variant.Top5,
        variant.IsEmbedded,
        [.. stored.Select(m => new StoredLine(
            m.Kind.ToString(), m.File.Name, m.State.ToString(), m.Bytes, m.Path, m.VerifiedAt, m.Sha256))]);

    private static void Print(ModelStore store, ILookup<ResNetVariant, StoredModel> stored, IAnsiConsole console)
    {
        bool wide = console.Profile.Width >= FullWidth;
        Table table = new Table().RoundedBorder().AddColumn(new TableColumn("ID").NoWrap());
        foreach (Column column in Columns.Where(c => wide || !c.WideOnly))
        {
            table.AddColumn(column.IsNumber ? new TableColumn(column.Name).RightAligned().NoWrap() : new TableColumn(column.Name).NoWrap());
        }

        table.AddColumn(new TableColumn("Stored"));
        foreach (ResNetVariant variant in ResNetVariant.All)
        {
            string state = variant.IsEmbedded ? "[green]embedded[/]" : string.Join('\n', stored[variant].Select(Show));
            table.AddRow([variant.Id, .. Columns.Where(c => wide || !c.WideOnly).Select(c => c.Value(variant)), state]);
        }

        console.Write(table);
        console.MarkupLine(Terminal.Plain($"Store: {store.RootFolder}"));
        console.WriteLine("Accuracies are published values: ImageNet, and CIFAR-10 for resnet20-cifar10.");
    }

    private static string Show(StoredModel model)
    {
        string color = model.State switch { StoredModelState.Verified => "green", StoredModelState.Damaged => "red", _ => "yellow" };
        return $"[{color}]{Terminal.Plain(Format.State(model))}[/]";
    }

    private sealed record Column(string Name, bool IsNumber, bool WideOnly, Func<ResNetVariant, string> Value);
}
