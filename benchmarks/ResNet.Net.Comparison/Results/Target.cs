namespace ResNet.Net.Comparison;

/// <summary>Represents a ratio of one run and the value that it must reach.</summary>
/// <param name="Name">What is divided by what.</param>
/// <param name="Ratio">The ratio; <see langword="null"/> if a part was not measured.</param>
/// <param name="Limit">The value to reach; <see langword="null"/> if there is none.</param>
/// <param name="IsMinimum">Whether <paramref name="Limit"/> is the smallest value that passes, not the largest.</param>
internal sealed record Target(string Name, double? Ratio, double? Limit, bool IsMinimum)
{
    public bool? IsReached => Ratio is null || Limit is null ? null : IsMinimum ? Ratio >= Limit : Ratio <= Limit;

    /// <summary>Returns the targets of a model.</summary>
    public static IReadOnlyList<Target> Of(ModelResult model)
    {
        bool isInt8 = model.Id.EndsWith("-int8", StringComparison.Ordinal);
        bool is18 = model.Id.StartsWith("resnet18", StringComparison.Ordinal);
        double? ours = Best(model, ContestantRole.Ours, Figure.Latency);
        double? byDefault = model.Contestants.FirstOrDefault(c => c.Id == ContestantList.ReferenceId)?.MedianMilliseconds;
        double? run = model.Contestants.FirstOrDefault(c => c.Id == ContestantList.RunOnlyId)?.MedianMilliseconds;
        double? decodeRun = model.Contestants.FirstOrDefault(c => c.Id == ContestantList.DecodeRunId)?.MedianMilliseconds;
        return
        [
            new("latency of the best other library / ours", Best(model, ContestantRole.Peer, Figure.Latency) / ours, 1, IsMinimum: true),
            new(
                "our throughput / that of the best other library",
                Best(model, ContestantRole.Ours, Figure.Throughput) / Best(model, ContestantRole.Peer, Figure.Throughput),
                isInt8 || is18 ? 1.3 : 1,
                IsMinimum: true),
            new("JPEG to label / `RunWithBinding` alone", ours / run, is18 ? null : isInt8 ? 11 / 8.8 : 31 / 28.0, IsMinimum: false),
            new("JPEG to label / decode and `RunWithBinding`, default decoder", byDefault / decodeRun, 1.02, IsMinimum: false),
        ];
    }

    private static double? Best(ModelResult model, ContestantRole role, Figure figure)
        => model.Best(role, figure) is ContestantResult best ? figure.Of(best) : null;
}
