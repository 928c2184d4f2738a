using System.Text.Json;

namespace ResNet.Net.Tests;

/// <summary>Reads the image fixtures that tests/fixtures/index.json lists.</summary>
internal static class ImageFixtures
{
    private static readonly Dictionary<string, ImageFixture[]> Index = ReadIndex();

    public static IReadOnlyList<ImageFixture> Valid => Index["valid"];

    /// <summary>Gets the valid images that the default decoder reads: all except TIFF.</summary>
    public static IReadOnlyList<ImageFixture> ValidOfSkia { get; } = [.. Valid.Where(fixture => !fixture.IsTiff)];

    public static IReadOnlyList<ImageFixture> Bad => Index["bad"];

    public static IReadOnlyList<ImageFixture> Either => Index["either"];

    public static TheoryData<string> Names(IEnumerable<ImageFixture> fixtures)
    {
        TheoryData<string> names = [];
        foreach (ImageFixture fixture in fixtures)
        {
            names.Add(fixture.Name);
        }

        return names;
    }

    /// <summary>Gets the valid images of the same format, to splice files from.</summary>
    public static byte[][] OfTheSameFormat(string name)
        => [.. Valid.Where(other => other.File[^3..] == Get(name).File[^3..]).Select(other => other.Encoded())];

    public static ImageFixture Get(string name) => Index.Values.SelectMany(rows => rows).Single(row => row.Name == name);

    private static Dictionary<string, ImageFixture[]> ReadIndex()
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "index.json")));
        JsonElement root = index.RootElement;
        string[] kinds = ["valid", "bad", "either"];
        return kinds.ToDictionary(kind => kind, kind => root.GetProperty(kind).EnumerateArray().Select(Read).ToArray());
    }

    private static ImageFixture Read(JsonElement row)
    {
        string? Text(string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        int Number(string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : 0;
        List<ImageDecodeFailure> failures = [];
        if (Text("reason") is string expected)
        {
            failures.Add(Failure(expected));
        }

        if (row.TryGetProperty("alsoAccept", out JsonElement alternatives))
        {
            failures.AddRange(alternatives.EnumerateArray().Select(reason => Failure(reason.GetString()!)));
        }

        return new ImageFixture(
            Text("name")!,
            Text("file")!,
            Number("width"),
            Number("height"),
            Number("tolerance"),
            Text("expected"),
            Text("expectedOnWhite"),
            failures);
    }

    private static ImageDecodeFailure Failure(string reason) => reason switch
    {
        "unsupported-format" => ImageDecodeFailure.UnsupportedFormat,
        "corrupt" => ImageDecodeFailure.Corrupt,
        "truncated" => ImageDecodeFailure.Truncated,
        "too-large" => ImageDecodeFailure.TooLarge,
        "empty" => ImageDecodeFailure.Empty,
        _ => throw new InvalidOperationException($"index.json has the unknown reason '{reason}'."),
    };
}

/// <summary>Represents an image fixture. Paths are relative to the folder of fixtures.</summary>
/// <param name="Name">The name.</param>
/// <param name="File">The path of the encoded image.</param>
/// <param name="Width">The number of columns in the upright image; 0 for an invalid image.</param>
/// <param name="Height">The number of rows in the upright image; 0 for an invalid image.</param>
/// <param name="Tolerance">The maximum difference of a byte.</param>
/// <param name="Expected">The path of the expected pixels, packed RGB on black.</param>
/// <param name="ExpectedOnWhite">The path of the expected pixels on white.</param>
/// <param name="Failures">The accepted failures, the expected one first.</param>
internal sealed record ImageFixture(
    string Name,
    string File,
    int Width,
    int Height,
    int Tolerance,
    string? Expected,
    string? ExpectedOnWhite,
    IReadOnlyList<ImageDecodeFailure> Failures)
{
    public bool IsTiff => File.EndsWith(".tif", StringComparison.Ordinal);

    public byte[] Encoded() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, File));

    public byte[] ExpectedPixels() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, Expected!));

    public byte[] ExpectedPixelsOnWhite() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, ExpectedOnWhite!));
}
