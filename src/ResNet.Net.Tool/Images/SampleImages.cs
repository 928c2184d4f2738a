namespace ResNet.Net.Samples.Support;

/// <summary>The drawn pictures of this project, which the build copies beside every program.</summary>
internal static class SamplePictures
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "pictures");

    /// <summary>What each shows: the list of a data set.</summary>
    public static string Labels { get; } = Path.Combine(Folder, "labels.txt");
}
