namespace ResNet.Net.Comparison;

/// <summary>Represents the command line of a contestant's process.</summary>
internal sealed record PeerArguments(string Model, IReadOnlyList<string> Photos, int Threads, string Variant)
{
    /// <summary>Parses <c>--model FILE --photos LIST --threads COUNT [--variant NAME]</c>; the list has one path per line.</summary>
    public static PeerArguments Parse(string[] args)
        => new(
            Value(args, "--model") ?? throw new ArgumentException("--model is missing."),
            File.ReadAllLines(Value(args, "--photos") ?? throw new ArgumentException("--photos is missing.")),
            int.Parse(Value(args, "--threads") ?? throw new ArgumentException("--threads is missing."), null),
            Value(args, "--variant") ?? "");

    private static string? Value(string[] args, string name)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }
}
