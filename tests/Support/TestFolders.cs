namespace ResNet.Net.Tests.Support;

/// <summary>Locates the files that tests read.</summary>
internal static class TestFolders
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Gets the folder of encoded images and their expected pixels.</summary>
    public static string Fixtures { get; } = Path.Combine(Repository, "tests", "fixtures");

    /// <summary>Gets the folder of the drawn sample images.</summary>
    public static string SampleImages { get; } = Path.Combine(Repository, "samples", "images");

    /// <summary>Gets the paths of the sample images, in ordinal order.</summary>
    public static string[] SampleImagePaths => [.. Directory.GetFiles(SampleImages, "*.png").Order(StringComparer.Ordinal)];

    /// <summary>
    /// Gets the path of the real ResNet-18. Test projects that reference <c>src/ResNet.Net.Models.ResNet18</c> have it, with or without
    /// <see cref="Shared"/>.
    /// </summary>
    public static string ResNet18Backbone { get; } = Path.Combine(AppContext.BaseDirectory, "models", "resnet18-backbone.onnx");

    /// <summary>Gets the folder of datasets and reference outputs next to the checkout. It does not exist on most machines.</summary>
    public static string Shared { get; } = Path.Combine(Path.GetDirectoryName(Repository)!, "shared");

    /// <summary>
    /// Gets the reason for skipping tests that need <see cref="Shared"/>; null if the folder exists, and in CI, where these tests must fail
    /// instead.
    /// </summary>
    public static string? SharedIsMissing { get; } = Directory.Exists(Shared) || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "needs the datasets and reference outputs in a folder 'shared' next to the checkout, which does not exist";

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ResNet.Net.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' contains ResNet.Net.sln.");
    }
}
