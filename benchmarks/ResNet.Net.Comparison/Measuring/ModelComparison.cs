namespace ResNet.Net.Comparison;

/// <summary>
/// Compares all contestants on one model: starts their processes, measures them in alternation, and compares probabilities.
/// </summary>
internal sealed class ModelComparison(ComparedModel model, string folder, MeasurementPlan plan)
{
    private readonly Dictionary<string, string> _skipped = [];

    /// <param name="contestants">The contestants and their programs, or why they have none.</param>
    /// <param name="photoList">The file that lists the photos.</param>
    public ModelResult Run(
        IReadOnlyList<(Contestant Contestant, ContestantProcess? Program, string? Missing)> contestants, string photoList)
    {
        string path = model.Write(folder);
        List<Entrant> entrants = [];
        try
        {
            foreach ((Contestant contestant, ContestantProcess? program, string? missing) in contestants)
            {
                if (program is null)
                {
                    Skip(contestant, missing ?? "");
                    continue;
                }

                Start(entrants, contestant, program, path, photoList);
            }

            for (int round = 0; round <= plan.Rounds; round++)
            {
                RunRound(entrants, round);
            }

            Dictionary<string, ContestantResult> results = entrants.Where(entrant => entrant.Failure is null)
                .ToDictionary(entrant => entrant.Contestant.Id, entrant => entrant.Result());
            foreach (Entrant entrant in entrants.Where(entrant => entrant.Failure is not null))
            {
                Skip(entrant.Contestant, entrant.Failure!);
            }

            ScoreComparison.Add(entrants, results, plan.ScoreImages);
            return new ModelResult
            {
                Id = model.Id,
                Name = model.Name,
                Contestants = [.. contestants.Select(entry => results.GetValueOrDefault(entry.Contestant.Id) ?? Skipped(entry.Contestant))],
            };
        }
        finally
        {
            entrants.ForEach(entrant => entrant.Dispose());
            File.Delete(path);
        }
    }

    private void Start(List<Entrant> entrants, Contestant contestant, ContestantProcess program, string path, string photoList)
    {
        string[] arguments =
        [
            "--model", path, "--photos", photoList, "--threads", $"{Environment.ProcessorCount}", "--variant", contestant.Variant,
        ];
        try
        {
            // The first start reads everything from the disk, and this library stores the optimized model.
            for (int start = 1; start < plan.Starts; start++)
            {
                PeerProcess.Start(program, arguments, StoreFolder).Dispose();
            }

            entrants.Add(new Entrant(contestant, PeerProcess.Start(program, arguments, StoreFolder)));
            ProgressLog.Write($"{model.Name}: {contestant.Id} started");
        }
        catch (PeerException exception)
        {
            Skip(contestant, exception.Message);
        }
    }

    /// <summary>Measures every contestant once, beginning with another one in each round. Round 0 warms up.</summary>
    private void RunRound(List<Entrant> entrants, int round)
    {
        int images = Math.Max(model.ThroughputImages / plan.ThroughputDivisor, 1);
        for (int i = 0; i < entrants.Count; i++)
        {
            Entrant entrant = entrants[(i + round) % entrants.Count];
            if (entrant.Failure is not null)
            {
                continue;
            }

            try
            {
                if (entrant.Contestant.MeasuresLatency)
                {
                    entrant.RunLatency(round * plan.LatencyImages, plan.LatencyImages, isWarmup: round == 0);
                }

                entrant.RunThroughput(round * images, images, isWarmup: round == 0);
            }
            catch (PeerException exception)
            {
                entrant.Failure = exception.Message;
            }
        }

        ProgressLog.Write($"{model.Name}: round {round} of {plan.Rounds}");
    }

    private string StoreFolder => Path.Combine(folder, "store");

    private void Skip(Contestant contestant, string reason)
    {
        _skipped[contestant.Id] = reason;
        ProgressLog.Write($"{model.Name}: {contestant.Id} skipped: {reason}");
    }

    private ContestantResult Skipped(Contestant contestant)
        => new() { Id = contestant.Id, Name = contestant.Name, Role = contestant.Role, Skipped = ShortReason.Of(_skipped[contestant.Id]) };
}
