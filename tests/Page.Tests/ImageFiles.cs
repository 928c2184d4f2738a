namespace ResNet.Net.Page.Tests;

/// <summary>Locates the images of the tests.</summary>
internal static class ImageFiles
{
    public static string Sample(string name) => Path.Combine(TestFolders.SampleImages, $"{name}.png");

    public static string Fixture(string name) => Path.Combine(TestFolders.Fixtures, "images", name);
}
