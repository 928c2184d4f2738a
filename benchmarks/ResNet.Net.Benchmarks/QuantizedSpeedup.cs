using System.Globalization;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the speedup of int8 over float: <c>quantized-speedup [ROUNDS] [--save FOLDER]</c> runs each form of a model once per round, so
/// that other load affects all of them. The speedup is the median over the rounds of the float form's time divided by the other form's.
/// </summary>
internal static class QuantizedSpeedup
{
    public const string Command = "quantized-speedup";

    private const int WarmUps = 3;

    public static void Run(int rounds, string? save)
    {
        StringBuilder table = new();
        Append("| model | form | batch | threads | ms (median) | speedup |\n|---|---|---:|---:|---:|---:|\n");
        foreach (IGrouping<string, QuantizedCase> forms in QuantizedCase.All.GroupBy(c => c.Model))
        {
            foreach ((int batch, int threads) in ((int, int)[])[(1, 1), (1, 2), (8, 1), (8, 2)])
            {
                double[][] times = Times([.. forms], batch, threads, rounds);
                foreach ((QuantizedCase form, double[] time) in forms.Zip(times))
                {
                    double speedup = Rounds.Median([.. times[0].Zip(time, (first, own) => first / own)]);
                    Append(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"| {form.Model} | {form.Form} | {batch} | {threads} | {Rounds.Median(time):F2} | {speedup:F2} |\n"));
                }
            }
        }

        if (save is not null)
        {
            ResultsFolder.Write(save, Command, $"-- {Command} {rounds}", table.ToString());
        }

        void Append(string text)
        {
            table.Append(text);
            Console.Write(text);
        }
    }

    /// <summary>Returns milliseconds as <c>[form][round]</c>.</summary>
    private static double[][] Times(IReadOnlyList<QuantizedCase> forms, int batch, int threads, int rounds)
    {
        List<TensorRun> runs = [];
        try
        {
            runs.AddRange(forms.Select(form => form.Open(batch, threads)));
            return Rounds.Measure(WarmUps, rounds, [.. runs.Select(run => (Action)run.Once)]);
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }
}
