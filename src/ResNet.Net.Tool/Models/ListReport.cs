using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Models;

/// <summary>Prints all variants.</summary>
internal static class ListReport
{
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
        variant.FileName,
        variant.Bytes,
        variant.Opset,
        Format.Precision(variant),
        variant.Top1,
        variant.Top5,
        variant.Sha256,
        variant.IsEmbedded,
        [.. stored.Select(m => new StoredLine(m.Kind.ToString(), m.State.ToString(), m.Bytes, m.Path, m.VerifiedAt))]);

    private static void Print(ModelStore store, ILookup<ResNetVariant, StoredModel> stored, IAnsiConsole console)
    {
        Table table = new Table().RoundedBorder();
        table.AddColumn(new TableColumn("ID").NoWrap());
        foreach (string number in (string[])["MB", "Opset"])
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("Precision").NoWrap());
        foreach (string number in (string[])["Top-1 %", "Top-5 %"])
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("Stored").NoWrap());
        foreach (ResNetVariant variant in ResNetVariant.All)
        {
            table.AddRow(
                variant.Id,
                Format.Megabytes(variant.Bytes),
                variant.Opset.ToString(CultureInfo.InvariantCulture),
                Format.Precision(variant),
                Format.Percent(variant.Top1),
                Format.Percent(variant.Top5),
                variant.IsEmbedded ? "[green]embedded[/]" : string.Join('\n', stored[variant].Select(Show)));
        }

        console.Write(table);
        console.MarkupLine(Terminal.Plain($"Store: {store.Location}"));
        console.WriteLine("Accuracies are published values: ImageNet, and CIFAR-10 for resnet20-cifar10.");
    }

    private static string Show(StoredModel model)
    {
        string color = model.State switch { StoredModelState.Verified => "green", StoredModelState.Damaged => "red", _ => "yellow" };
        return $"[{color}]{Terminal.Plain(Format.State(model))}[/]";
    }
}
