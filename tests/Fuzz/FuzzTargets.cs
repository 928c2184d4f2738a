namespace ResNet.Net.Fuzz;

/// <summary>Lists the targets by the names that the command line has for them.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>
    {
        ["images"] = () => new ImageTarget(),
        ["models"] = () => new ModelTarget(),
        ["sessions"] = () => new SessionTarget(),
        ["requests"] = () => new RequestTarget(),
        ["archives"] = () => new ArchiveTarget(),
        ["files"] = () => new FileTarget(),
    };
}
