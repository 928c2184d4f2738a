using System.Globalization;
using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Models;

/// <summary>Every variant in a table.</summary>
internal static class ListReport
{
    public static int Print(ModelStore store, IAnsiConsole console)
    {
        ILookup<ResNetVariant, StoredModel> here = store.List().ToLookup(m => m.Variant);
        Table table = new Table().RoundedBorder();
        table.AddColumn(new TableColumn("Id").NoWrap());
        foreach (string number in (string[])["MB", "Opset"])
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("Precision").NoWrap());
        foreach (string number in (string[])["Top-1 %", "Top-5 %"])
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        table.AddColumn(new TableColumn("Here").NoWrap());
        foreach (ResNetVariant variant in ResNetVariant.All)
        {
            table.AddRow(
                variant.Id,
                Format.Megabytes(variant.Bytes),
                variant.Opset.ToString(CultureInfo.InvariantCulture),
                Format.Precision(variant),
                Format.Percent(variant.Top1),
                Format.Percent(variant.Top5),
                variant.IsEmbedded ? "[green]embedded[/]" : string.Join('\n', here[variant].Select(Show)));
        }

        console.Write(table);
        console.MarkupLine(Terminal.Plain($"The store is {store.Location}."));
        console.WriteLine("Accuracies are the published ones: on ImageNet, of resnet20-cifar10 and its int8 form on CIFAR-10.");
        return ExitCode.Success;
    }

    private static string Show(StoredModel model)
    {
        string colour = model.State switch { StoredModelState.Verified => "green", StoredModelState.Damaged => "red", _ => "yellow" };
        return $"[{colour}]{Terminal.Plain(Format.State(model))}[/]";
    }
}
