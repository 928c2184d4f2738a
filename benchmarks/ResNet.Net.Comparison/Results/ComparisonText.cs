using System.Globalization;
using System.Text;

namespace ResNet.Net.Comparison;

/// <summary>Writes the sentences of the results, so that they always match the figures.</summary>
internal static class ComparisonText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Compares the best configuration of this library with the best other one.</summary>
    public static string Strengths(ComparisonResults results)
    {
        StringBuilder text = new();
        foreach (ModelResult model in results.Models)
        {
            (ContestantResult? ours, ContestantResult? peer) = Pair(model, Figure.Throughput);
            (ContestantResult? oursOne, ContestantResult? peerOne) = Pair(model, Figure.Latency);
            if (ours is not null && peer is not null && oursOne is not null && peerOne is not null)
            {
                text.Append(Paragraph.Wrap(string.Create(
                    Culture,
                    $"- {model.Name}: {Number.Format(oursOne.MedianMilliseconds)} ms for one image, and "
                        + $"{Number.Format(peerOne.MedianMilliseconds)} ms with the best other library ({Plain(peerOne)}); "
                        + $"{Number.Format(ours.ImagesPerSecond)} images/s for many, and "
                        + $"{Number.Format(peer.ImagesPerSecond)} with the best other ({Plain(peer)}).")));
            }
        }

        return text.ToString();
    }

    /// <summary>Lists the figures in which another library is ahead of the best configuration of this one.</summary>
    public static string Weaknesses(ComparisonResults results)
    {
        List<string> items = [];
        foreach (ModelResult model in results.Models)
        {
            foreach (Figure figure in Figure.All)
            {
                (ContestantResult? ours, _) = Pair(model, figure);
                double? own = ours is null ? null : figure.Of(ours);
                string[] ahead =
                [
                    .. model.Contestants.Where(c => c.Role == ContestantRole.Peer && own is not null)
                        .Where(c => figure.LargerIsBetter ? figure.Of(c) > own : figure.Of(c) < own)
                        .Select(c => $"{Plain(c)} ({Number.Format(figure.Of(c))}{figure.Unit})"),
                ];
                if (ahead.Length > 0)
                {
                    items.Add(Paragraph.Wrap(
                        $"- {model.Name}, {figure.Name} ({Number.Format(own)}{figure.Unit}): {string.Join(", ", ahead)}"));
                }
            }
        }

        return items.Count == 0
            ? Paragraph.Wrap("No other library is ahead in latency, throughput, peak memory or startup.")
            : $"Other libraries are ahead in:\n\n{string.Concat(items)}";
    }

    public static string Scores(ComparisonResults results)
    {
        StringBuilder text = new();
        foreach (ModelResult model in results.Models)
        {
            string[] compared =
            [
                .. model.Contestants.Where(c => c.LargestProbabilityDifference is not null).Select(c => string.Create(
                    Culture, $"{Plain(c)} {c.LargestProbabilityDifference:0.0####} ({c.Top1Agreements} of {c.ComparedImages})")),
            ];
            if (compared.Length > 0)
            {
                text.Append(Paragraph.Wrap($"- {model.Name}: {string.Join(", ", compared)}"));
            }
        }

        string introduction = Paragraph.Wrap(
            "Largest difference between a probability and this library's after the same preprocessing, and images with the same "
            + "best class. OpenCV's contestants are compared with this library's `OpenCvBilinear`, all others with `PillowBilinear`. "
            + "Differences come from decoders and resize filters. ML.NET cannot do either preprocessing, and torchvision's weights "
            + "differ.");
        return $"{introduction}\n{text}";
    }

    public static string Skipped(ComparisonResults results)
    {
        string[] items =
        [
            .. results.Models.SelectMany(model => model.Contestants.Select(contestant => (Model: model.Name, Contestant: contestant)))
                .Where(pair => pair.Contestant.Skipped is not null)
                .GroupBy(pair => (Name: Plain(pair.Contestant), pair.Contestant.Skipped))
                .Select(group => Paragraph.Wrap(
                    $"- {group.Key.Name}, {string.Join(", ", group.Select(pair => pair.Model))}: `{group.Key.Skipped}`")),
        ];
        return items.Length == 0 ? "" : $"Not run:\n\n{string.Concat(items)}\n";
    }

    public static string Method(ComparisonResults results)
    {
        string[] versions =
        [
            .. results.Models.SelectMany(model => model.Contestants).SelectMany(c => c.Versions ?? new Dictionary<string, string>())
                .Select(version => $"{version.Key} {version.Value}").Distinct().Order(StringComparer.OrdinalIgnoreCase),
        ];
        return Paragraph.Wrap(string.Create(
            Culture,
            $"Measured on {results.Date}: {results.Machine.Processor}, {results.Machine.Cores} cores, {results.Machine.DotNet}; "
                + $"{results.BusyFraction:P0} of all cores busy before the run. {results.PhotoCount} JPEG files "
                + $"({results.Photos}, {results.MeanPhotoKilobytes:0} KB on average); synthetic models; {results.LatencySamples} single "
                + $"images and {results.Rounds} rounds of many images per contestant, in alternation, each contestant in a process of "
                + $"its own. "
                + $"{string.Join(", ", versions)}."));
    }

    private static (ContestantResult? Ours, ContestantResult? Peer) Pair(ModelResult model, Figure figure)
        => (model.Best(ContestantRole.Ours, figure), model.Best(ContestantRole.Peer, figure));

    /// <summary>Returns the name for a sentence.</summary>
    private static string Plain(ContestantResult contestant) => contestant.Name.Replace("**", "", StringComparison.Ordinal);
}
