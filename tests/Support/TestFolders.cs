namespace ResNet.Net.Tests.Support;

/// <summary>Where tests find files.</summary>
internal static class TestFolders
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Encoded images with the pixels that they must decode to.</summary>
    public static string Fixtures { get; } = Path.Combine(Repository, "tests", "fixtures");

    public static string SampleImages { get; } = Path.Combine(Repository, "samples", "images");

    /// <summary>The folder beside the checkout that holds data sets and reference outputs; absent on most machines.</summary>
    public static string Shared { get; } = Path.Combine(Path.GetDirectoryName(Repository)!, "shared");

    /// <summary>
    /// Why tests that need <see cref="Shared"/> are skipped; null where it is present, and in CI, where its absence must fail them.
    /// </summary>
    public static string? SharedIsMissing { get; } = Directory.Exists(Shared) || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "needs the data sets and reference outputs in a folder 'shared' beside the checkout, which is not here";

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ResNet.Net.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds ResNet.Net.sln.");
    }
}
