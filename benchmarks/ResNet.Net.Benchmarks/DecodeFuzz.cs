using System.Diagnostics;
using System.IO.Compression;
using ResNet.Net.Tests;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Damages images and decodes them: <c>decode-fuzz COUNT [PHOTOS.zip]</c>, from the fixtures of the tests and photos of an archive. Fails on an exception other than
/// <see cref="ImageDecodeException"/>, on memory that is not the image's own, and on an image that takes longer than two seconds. A crash ends the process.
/// </summary>
internal static class DecodeFuzz
{
    public const string Command = "decode-fuzz";
    private const int MaxPixels = 4_000_000;
    private const int MostPhotos = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public static int Run(int count, string? photos)
    {
        (string Name, byte[] Encoded)[] originals = [.. Fixtures(), .. photos is null ? [] : Photos(photos)];
        (int decoded, int faults) = (0, 0);
        Dictionary<ImageDecodeFailure, int> refused = [];
        (TimeSpan Time, string Name) slowest = default;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < count; round++)
        {
            (string name, byte[] original) = originals[round % originals.Length];
            Random random = ImageMutator.CreateRandom(name, round);
            byte[] mutated = ImageMutator.Mutate(original, [original, originals[random.Next(originals.Length)].Encoded], random);
            ImageDecodingOptions options = new() { MaxPixels = MaxPixels, AllowTruncated = random.Next(4) == 0 };
            ResizeRule? shrinkFor = random.Next(4) == 0 ? ResizeRule.ShortSide(random.Next(1, 100)) : null;
            long begin = Stopwatch.GetTimestamp();
            try
            {
                using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, mutated, options, autoOrient: true, shrinkFor);
                decoded++;
            }
            catch (ImageDecodeException exception)
            {
                refused[exception.Failure] = refused.GetValueOrDefault(exception.Failure) + 1;
            }
            catch (Exception exception)
            {
                faults++;
                Console.WriteLine($"{name}, round {round}: {exception}");
            }

            TimeSpan time = Stopwatch.GetElapsedTime(begin);
            slowest = time > slowest.Time ? (time, $"{name}, round {round}") : slowest;
            faults += time > Longest ? 1 : 0;
        }

        Console.WriteLine($"{count} mutated images of {originals.Length}: {decoded} decoded, {string.Join(", ", refused.OrderBy(r => r.Key).Select(r => $"{r.Value} {r.Key}"))}; {faults} faults.");
        Console.WriteLine($"The slowest took {slowest.Time.TotalMilliseconds:F0} ms ({slowest.Name}); all of them {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s.");
        return faults == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, byte[] Encoded)> Fixtures()
        => Directory.GetFiles(FixtureFolder()).Where(path => !path.EndsWith(".tif", StringComparison.Ordinal) && new FileInfo(path).Length > 0)
            .Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)));

    private static string FixtureFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ResNet.Net.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new InvalidOperationException("No folder above this program holds ResNet.Net.sln."), "tests", "fixtures", "images");
    }

    private static List<(string Name, byte[] Encoded)> Photos(string zip)
    {
        using ZipArchive archive = ZipFile.OpenRead(zip);
        List<(string, byte[])> photos = [];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Length > 0).Take(MostPhotos))
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            photos.Add((entry.Name, encoded));
        }

        return photos;
    }
}
