using System.Text.Json;

namespace ResNet.Net.Tests;

/// <summary>The rows of tests/fixtures/index.json.</summary>
internal static class ImageFixtures
{
    private static readonly Dictionary<string, ImageFixture[]> Index = ReadIndex();

    public static IReadOnlyList<ImageFixture> Valid => Index["valid"];

    /// <summary>Those that the default decoder reads: all but TIFF.</summary>
    public static IReadOnlyList<ImageFixture> ValidOfSkia { get; } = [.. Valid.Where(fixture => !fixture.File.EndsWith(".tif", StringComparison.Ordinal))];

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

    /// <summary>The files of the same format, for splicing.</summary>
    public static byte[][] OfTheSameFormat(string name) => [.. Valid.Where(other => other.File[^3..] == Get(name).File[^3..]).Select(other => other.Encoded())];

    public static ImageFixture Get(string name) => Index.Values.SelectMany(rows => rows).Single(row => row.Name == name);

    private static Dictionary<string, ImageFixture[]> ReadIndex()
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "index.json")));
        return new[] { "valid", "bad", "either" }.ToDictionary(kind => kind, kind => index.RootElement.GetProperty(kind).EnumerateArray().Select(Read).ToArray());
    }

    private static ImageFixture Read(JsonElement row)
    {
        string? Text(string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        int Number(string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : 0;
        List<ImageDecodeFailure> failures = [];
        if (Text("reason") is string reason)
        {
            failures.Add(Failure(reason));
        }

        if (row.TryGetProperty("alsoAccept", out JsonElement others))
        {
            failures.AddRange(others.EnumerateArray().Select(other => Failure(other.GetString()!)));
        }

        return new ImageFixture(
            Text("name")!, Text("file")!, Number("width"), Number("height"), Number("tolerance"), Text("expected"), Text("expectedOnWhite"), failures);
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

/// <param name="Failures">The failures that are accepted, the expected one first.</param>
internal sealed record ImageFixture(
    string Name, string File, int Width, int Height, int Tolerance, string? Expected, string? ExpectedOnWhite, IReadOnlyList<ImageDecodeFailure> Failures)
{
    public byte[] Encoded() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, File));

    public byte[] ExpectedPixels() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, Expected!));

    public byte[] ExpectedPixelsOnWhite() => System.IO.File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, ExpectedOnWhite!));
}
