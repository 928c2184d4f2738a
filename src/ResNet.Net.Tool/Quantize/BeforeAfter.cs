using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Quantize;

/// <summary>Prints a table that compares the float model with the quantized one.</summary>
internal static class BeforeAfter
{
    public static void Print(MeasuredModel before, MeasuredModel after, int images)
    {
        Table table = new Table().AddColumns("", "float", "int8", "change");
        table.AddRow("size, MB", Number(before.Bytes / 1e6), Number(after.Bytes / 1e6), Times(before.Bytes, after.Bytes, "smaller"));
        table.AddRow(
            "top-1, %", Number(before.Accuracy.Top1), Number(after.Accuracy.Top1), Points(before.Accuracy.Top1, after.Accuracy.Top1));
        table.AddRow(
            "top-5, %", Number(before.Accuracy.Top5), Number(after.Accuracy.Top5), Points(before.Accuracy.Top5, after.Accuracy.Top5));
        table.AddRow("ms per image", Number(before.Milliseconds), Number(after.Milliseconds), Times(before.Milliseconds, after.Milliseconds, "faster"));
        table.AddRow("images/s", Number(before.ImagesPerSecond), Number(after.ImagesPerSecond), Times(after.ImagesPerSecond, before.ImagesPerSecond, "more"));
        IAnsiConsole console = Terminal.Open();
        console.Write(table);
        console.WriteLine($"On {images} images. ms: median of the model alone at batch size 1; images/s: including reading and decoding.");
    }

    public static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";

    private static string Points(double? before, double? after)
        => after - before is double change ? change.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) + " points" : "-";

    private static string Times(double larger, double smaller, string word)
        => $"{(larger / smaller).ToString("0.00", CultureInfo.InvariantCulture)} times {word}";
}
