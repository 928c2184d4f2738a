namespace ResNet.Net.Comparison;

/// <summary>Finds the repository that contains the program.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Peers => Path.Combine(Root, "benchmarks", "ResNet.Net.Comparison", "Peers");

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ResNet.Net.sln")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException(
            $"'{AppContext.BaseDirectory}' is not in a clone of ResNet.Net. Run the program from its project.");
    }
}
