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
        Add("size, MB", before.Bytes / 1e6, after.Bytes / 1e6, Times(before.Bytes, after.Bytes, "smaller"));
        Add("top-1, %", before.Accuracy.Top1, after.Accuracy.Top1, Points(before.Accuracy.Top1, after.Accuracy.Top1));
        Add("top-5, %", before.Accuracy.Top5, after.Accuracy.Top5, Points(before.Accuracy.Top5, after.Accuracy.Top5));
        Add("ms per image", before.Milliseconds, after.Milliseconds, Times(before.Milliseconds, after.Milliseconds, "faster"));
        Add("images/s", before.ImagesPerSecond, after.ImagesPerSecond, Times(after.ImagesPerSecond, before.ImagesPerSecond, "more"));
        IAnsiConsole console = Terminal.Open();
        console.Write(table);
        console.WriteLine(
            $"On {Quantity.Of(images, "image")}. ms: median of the model alone at batch size 1; images/s: including reading and decoding.");

        void Add(string name, double? floatValue, double? int8Value, string change)
            => table.AddRow(name, Number(floatValue), Number(int8Value), change);
    }

    public static string Number(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";

    private static string Points(double? before, double? after)
        => after - before is double change ? change.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) + " points" : "-";

    private static string Times(double larger, double smaller, string word)
        => $"{(larger / smaller).ToString("0.00", CultureInfo.InvariantCulture)} times {word}";
}
