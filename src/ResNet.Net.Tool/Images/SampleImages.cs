namespace ResNet.Net.Tool.Images;

/// <summary>The drawn images that come with the tool.</summary>
internal static class SampleImages
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "images");

    /// <summary>The list of the images and their labels: a dataset.</summary>
    public static string Labels { get; } = Path.Combine(Folder, "labels.txt");
}
