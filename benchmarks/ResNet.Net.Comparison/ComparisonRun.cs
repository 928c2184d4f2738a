using System.Globalization;

namespace ResNet.Net.Comparison;

/// <summary>Runs the comparison: checks the machine, prepares photos, models and contestants, measures, and writes the results.</summary>
internal static class ComparisonRun
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static async Task<int> RunAsync(ComparisonOptions options)
    {
        (Contestant Contestant, ContestantProcess? Program, string? Missing)[] contestants =
        [
            .. ContestantList.All.Where(contestant => options.Only.Count == 0 || options.Only.Contains(contestant.Id)).Select(Prepare),
        ];
        QuietMachine machine = QuietMachine.Measure();
        ProgressLog.Write(string.Create(Culture, $"Busy before the run: {machine.BusyFraction:P1} of all cores."));
        if (!machine.IsQuiet && !options.Anyway)
        {
            await Console.Error.WriteLineAsync(string.Create(
                Culture,
                $"The machine is busy: {machine.BusyFraction:P1} of all cores, more than {QuietMachine.Limit:P0}. "
                + $"End other programs, or pass {ComparisonOptions.AnywayOption}."));
            return 1;
        }

        string folder = Directory.CreateTempSubdirectory("resnet-net-comparison-").FullName;
        try
        {
            ComparisonResults results = Measure(options, contestants, machine, folder);
            Console.WriteLine();
            Console.WriteLine(ComparisonTables.Page(results));
            if (options.Save is not null)
            {
                results.Save(options.Save);
                RenderCommand.WriteFolder(results, options.Save);
                ProgressLog.Write($"Wrote {options.Save}. The command '{RenderCommand.Command} {options.Save}' updates the pages.");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ComparisonResults Measure(
        ComparisonOptions options,
        (Contestant Contestant, ContestantProcess? Program, string? Missing)[] contestants,
        QuietMachine machine,
        string folder)
    {
        MeasurementPlan plan = options.Quick ? MeasurementPlan.Quick : MeasurementPlan.Full;
        PhotoSet photos = PhotoSet.Create(options.Photos, Path.Combine(folder, "photos"));
        string list = Path.Combine(folder, "photos.txt");
        File.WriteAllLines(list, photos.Paths);
        string date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", Culture);
        ModelResult[] models =
            [.. ComparedModel.All.Select(model => new ModelComparison(model, folder, plan).Run(contestants, list))];
        return new ComparisonResults
        {
            Date = date,
            Quick = options.Quick,
            Quiet = machine.IsQuiet,
            BusyFraction = machine.BusyFraction,
            BusyLimit = QuietMachine.Limit,
            Machine = MachineInfo.Current,
            Photos = photos.Source,
            PhotoCount = photos.Paths.Count,
            MeanPhotoKilobytes = Math.Round(photos.Paths.Average(path => new FileInfo(path).Length) / 1e3, 1),
            LatencySamples = plan.Rounds * plan.LatencyImages,
            Rounds = plan.Rounds,
            Models = models,
        };
    }

    private static (Contestant Contestant, ContestantProcess? Program, string? Missing) Prepare(Contestant contestant)
    {
        ProgressLog.Write($"Preparing {contestant.Id}");
        try
        {
            return (contestant, contestant.Prepare(), null);
        }
        catch (PeerException exception)
        {
            return (contestant, null, exception.Message);
        }
    }
}
