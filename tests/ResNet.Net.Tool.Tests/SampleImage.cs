namespace ResNet.Net.Tool.Tests;

/// <summary>A drawn image of samples/images and the label in its list.</summary>
internal sealed record SampleImage(string FileName, string Label)
{
    public static IReadOnlyList<SampleImage> All { get; } =
    [
        .. File.ReadLines(Path.Combine(TestFolders.SampleImages, "labels.txt")).Select(line => line.Split(' ')).Select(
            cells => new SampleImage(cells[0], cells[1])),
    ];
}
