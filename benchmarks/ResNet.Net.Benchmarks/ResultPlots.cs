using System.Globalization;
using ResNet.Net.Benchmarks.Soaking;
using ResNet.Net.Plots;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Draws the committed results: <c>plot FOLDER [--save FOLDER]</c> reads <c>FusedBenchmarks.md</c>, <c>variants.md</c>,
/// <c>scaling.md</c>, <c>soak.csv</c> and <c>soak-server.csv</c>, as far as they exist, and writes <c>preprocessing.svg</c> and a plot of
/// the name of each other file.
/// </summary>
internal static class ResultPlots
{
    public const string Command = "plot";

    private const double Width = 820;
    private const double Left = 260;

    public static void Run(string folder, string save)
    {
        Directory.CreateDirectory(save);
        Draw("FusedBenchmarks.md", "preprocessing.svg", report => Preprocessing(Cells(report)));
        Draw("variants.md", "variants.svg", report => Variants(Cells(report)));
        Draw("scaling.md", "scaling.svg", ScalingPlots.Draw);
        Draw("soak.csv", "soak.svg", lines => SoakPlot.Draw(SoakSample.Read(lines), "library and server"));
        Draw("soak-server.csv", "soak-server.svg", lines => SoakPlot.Draw(SoakSample.Read(lines), "server"));

        void Draw(string result, string plot, Func<string[], string> draw)
        {
            string path = Path.Combine(folder, result);
            if (File.Exists(path))
            {
                Write(Path.Combine(save, plot), draw(File.ReadAllLines(path)));
            }
        }
    }

    /// <summary>Returns the cells of all tables in the lines of a Markdown file.</summary>
    public static IEnumerable<string[]> Cells(IEnumerable<string> lines)
        => lines.Where(line => line.StartsWith('|'))
            .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim(' ', '*')).ToArray());

    /// <summary>Returns the number at the start of a cell.</summary>
    public static double Number(string cell)
        => double.Parse(cell.Split(' ')[0].Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static string Preprocessing(IEnumerable<string[]> rows)
    {
        Dictionary<string, double> times = rows.Where(row => row.Length > 2 && row[1] == "500")
            .ToDictionary(row => row[0], row => Number(row[2]));
        (string Method, string Label)[] bars =
        [
            ("NaiveLoops", "hand-written loops"), ("PillowScalar", "this library, scalar"), ("Pillow128", "this library, 128 bits"),
            ("Pillow256", "this library, AVX2"), ("Pillow512", "this library, AVX-512"),
        ];
        const double RowHeight = 34;
        double height = 92 + (RowHeight * bars.Length) + 16;
        double scale = (Width - Left - 170) / bars.Max(bar => times[bar.Method]);
        SvgCanvas svg = new(Width, height);
        svg.Text(24, 36, "From decoded pixels to the input tensor, milliseconds per image", 18, bold: true);
        svg.Text(
            24,
            60,
            "500x375 pixels, antialiased bilinear, 224x224 crop; one thread, AMD EPYC with AVX-512; shorter is better",
            13,
            Palette.Muted);
        for (int i = 0; i < bars.Length; i++)
        {
            double y = 84 + (RowHeight * i);
            double time = times[bars[i].Method];
            svg.Text(Left - 12, y + 18, bars[i].Label, 14, anchor: TextAnchor.End);
            svg.Rectangle(new Box(Left, y + 3, time * scale, RowHeight - 12), i == 0 ? Palette.Orange : Palette.Bar);
            string factor = i == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {times[bars[0].Method] / time:F1} times as fast");
            svg.Text(Left + (time * scale) + 8, y + 18, string.Create(CultureInfo.InvariantCulture, $"{time:F2} ms{factor}"), 14);
        }

        return svg.Finish("Milliseconds to preprocess an image, this library against hand-written loops");
    }

    private static string Variants(IEnumerable<string[]> rows)
    {
        (ResNetVariant Variant, double Time)[] points =
        [
            .. rows.Where(row => row[0].StartsWith("`resnet", StringComparison.Ordinal))
                .Select(row => (ResNetVariant.Parse(row[0].Trim('`')), Number(row[3]))),
        ];
        const double Height = 460;
        const double PlotLeft = 70;
        const double PlotTop = 90;
        const double PlotBottom = 400;
        const double PlotRight = Width - 60;
        double end = Math.Ceiling(points.Max(point => point.Time) / 20) * 20;
        double low = Math.Floor(points.Min(point => point.Variant.Top1!.Value));
        double high = Math.Ceiling(points.Max(point => point.Variant.Top1!.Value));
        double X(double time) => PlotLeft + (time / end * (PlotRight - PlotLeft));
        double Y(double top1) => PlotBottom - ((top1 - low) / (high - low) * (PlotBottom - PlotTop));
        SvgCanvas svg = new(Width, Height);
        svg.Text(24, 36, "Variants: published top-1 accuracy against milliseconds per image", 18, bold: true);
        svg.Text(
            24,
            60,
            "synthetic models with random weights, two threads, AMD EPYC with AVX-512 and VNNI; up and left is better",
            13,
            Palette.Muted);
        for (double time = 0; time <= end; time += 20)
        {
            svg.Line(X(time), PlotTop, X(time), PlotBottom, Palette.Rule);
            svg.Text(X(time), PlotBottom + 20, time.ToString(CultureInfo.InvariantCulture), 13, Palette.Muted, TextAnchor.Middle);
        }

        for (double top1 = low; top1 <= high; top1++)
        {
            svg.Line(PlotLeft, Y(top1), PlotRight, Y(top1), Palette.Rule);
            svg.Text(
                PlotLeft - 8, Y(top1) + 4, string.Create(CultureInfo.InvariantCulture, $"{top1} %"), 13, Palette.Muted, TextAnchor.End);
        }

        svg.Text((PlotLeft + PlotRight) / 2, PlotBottom + 44, "milliseconds per image", 13, Palette.Muted, TextAnchor.Middle);
        List<Box> occupied = [.. points.Select(point => new Box(X(point.Time) - 6, Y(point.Variant.Top1!.Value) - 6, 12, 12))];
        HashSet<string> labeled = [];
        foreach ((ResNetVariant variant, double time) in points)
        {
            (double x, double y) = (X(time), Y(variant.Top1!.Value));
            svg.Rectangle(
                new Box(x - 5, y - 5, 10, 10), variant.Precision == ModelPrecision.Fp32 ? Palette.Bar : Palette.Orange, Palette.Background);

            // Files of the same network and accuracy share a label.
            string name = variant.Id.Contains("caffe2", StringComparison.Ordinal) ? "caffe2" : variant.Id["resnet".Length..];
            double width = 7.2 * name.Length;
            Box[] candidates =
            [
                new(x + 9, y - 8, width, 15),
                new(x - 9 - width, y - 8, width, 15),
                new(x - (width / 2), y - 23, width, 15),
                new(x - (width / 2), y + 8, width, 15),
            ];
            Box? free = candidates.Cast<Box?>()
                .FirstOrDefault(p => p!.Value.X > PlotLeft && p.Value.X + width < Width && !occupied.Exists(t => Overlap(t, p.Value)));
            if (free is Box box && labeled.Add(name))
            {
                occupied.Add(box);
                svg.Text(box.X, box.Y + 12, name, 13);
            }
        }

        return svg.Finish("Published top-1 accuracy of each variant against the milliseconds that its synthetic model takes per image");
    }

    private static bool Overlap(Box a, Box b) => a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;

    private static void Write(string path, string svg)
    {
        File.WriteAllText(path, svg);
        Console.WriteLine($"Wrote {path}");
    }
}
