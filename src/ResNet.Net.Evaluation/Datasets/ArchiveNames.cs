namespace ResNet.Net.Evaluation;

/// <summary>Validates the names of archive entries, which identify images. They are only compared and displayed.</summary>
internal static class ArchiveNames
{
    /// <summary>Normalizes a name: <c>./a.png</c> and <c>a.png</c> are the same, as are <c>b/./a.png</c> and <c>b//a.png</c>.</summary>
    public static string Normal(string name)
        => name.StartsWith("./", StringComparison.Ordinal)
            || name.Contains("/./", StringComparison.Ordinal)
            || name.Contains("//", StringComparison.Ordinal)
            ? string.Join('/', Parts(name.Split('/')))
            : name;

    // The first part of an absolute path, and the last of a folder, are empty.
    private static IEnumerable<string> Parts(string[] parts)
        => parts.Where((part, i) => part != "." && (part.Length > 0 || i == 0 || i == parts.Length - 1));

    /// <summary>Returns the problem of a name as a predicate; null if there is none.</summary>
    public static string? ProblemOf(string name)
        => name.Contains('\0', StringComparison.Ordinal) ? "has a zero byte in its name"

            // Decoding replaces invalid bytes, so that different names become equal.
            : name.Contains('\uFFFD', StringComparison.Ordinal) ? "has a name that is not valid UTF-8"
            : null;
}
