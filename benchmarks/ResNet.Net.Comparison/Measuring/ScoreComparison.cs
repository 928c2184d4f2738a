namespace ResNet.Net.Comparison;

/// <summary>Compares the probabilities of contestants with those of this library after the same preprocessing.</summary>
internal static class ScoreComparison
{
    public static void Add(IReadOnlyList<Entrant> entrants, Dictionary<string, ContestantResult> results, int images)
    {
        Entrant? ours = entrants.FirstOrDefault(entrant => entrant.Contestant.Id == ContestantList.ReferenceId && entrant.Failure is null);
        if (ours is null)
        {
            return;
        }

        Dictionary<string, float[][]> references = [];
        foreach (Entrant entrant in entrants.Where(e => e != ours && e.Failure is null))
        {
            string preprocessing = entrant.Process.Ready.Preprocessing ?? Preprocessing.None;
            ContestantResult result = results[entrant.Contestant.Id] with { Preprocessing = preprocessing };
            if (preprocessing is Preprocessing.PillowBilinear or Preprocessing.OpenCvBilinear)
            {
                if (!references.TryGetValue(preprocessing, out float[][]? reference))
                {
                    references.Add(preprocessing, reference = Probabilities(ours, preprocessing, images));
                }

                result = Compare(result, reference, Probabilities(entrant, preprocessing, images));
            }

            results[entrant.Contestant.Id] = result;
        }
    }

    private static float[][] Probabilities(Entrant entrant, string preprocessing, int images)
        => entrant.Process.Send(new PeerRequest(PeerRequest.Scores, 0, images, preprocessing)).Scores ?? [];

    private static ContestantResult Compare(ContestantResult result, float[][] reference, float[][] probabilities)
    {
        double difference = 0;
        int agreements = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            difference = Math.Max(difference, reference[i].Zip(probabilities[i]).Max(pair => Math.Abs(pair.First - pair.Second)));
            agreements += Best(reference[i]) == Best(probabilities[i]) ? 1 : 0;
        }

        return result with
        {
            LargestProbabilityDifference = Math.Round(difference, 5),
            Top1Agreements = agreements,
            ComparedImages = reference.Length,
        };
    }

    private static int Best(float[] probabilities) => Array.IndexOf(probabilities, probabilities.Max());
}
