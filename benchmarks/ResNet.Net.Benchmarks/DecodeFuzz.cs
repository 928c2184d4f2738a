using System.Diagnostics;
using System.IO.Compression;
using ResNet.Net.Tests;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Decodes mutated images: <c>decode-fuzz COUNT [PHOTOS.zip]</c> mutates the test fixtures and the photos of an archive. It fails on an
/// exception other than <see cref="ImageDecodeException"/> and on an image that takes more than two seconds. A crash terminates the
/// process.
/// </summary>
internal static class DecodeFuzz
{
    public const string Command = "decode-fuzz";
    private const int MaxPixels = 4_000_000;
    private const int MaxPhotos = 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    public static int Run(int count, string? photos)
    {
        (string Name, byte[] Encoded)[] originals = [.. Fixtures(), .. photos is null ? [] : Photos(photos)];
        (int decoded, int faults) = (0, 0);
        Dictionary<ImageDecodeFailure, int> rejected = [];
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
                rejected[exception.Failure] = rejected.GetValueOrDefault(exception.Failure) + 1;
            }
            catch (Exception exception)
            {
                faults++;
                Console.WriteLine($"{name}, round {round}: {exception}");
            }

            TimeSpan time = Stopwatch.GetElapsedTime(begin);
            slowest = time > slowest.Time ? (time, $"{name}, round {round}") : slowest;
            faults += time > TimeLimit ? 1 : 0;
        }

        Console.WriteLine(
            $"{count} mutated images of {originals.Length}: {decoded} decoded, "
                + $"{string.Join(", ", rejected.OrderBy(r => r.Key).Select(r => $"{r.Value} {r.Key}"))}; {faults} faults.");
        Console.WriteLine(
            $"The slowest took {slowest.Time.TotalMilliseconds:F0} ms ({slowest.Name}), all together "
                + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s.");
        return faults == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, byte[] Encoded)> Fixtures()
        => Directory.GetFiles(FixtureFolder())
            .Where(path => !path.EndsWith(".tif", StringComparison.Ordinal) && new FileInfo(path).Length > 0)
            .Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)));

    private static string FixtureFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ResNet.Net.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(
            folder ?? throw new InvalidOperationException("ResNet.Net.sln is in no parent folder of this program."),
            "tests",
            "fixtures",
            "images");
    }

    private static List<(string Name, byte[] Encoded)> Photos(string zip)
    {
        using ZipArchive archive = ZipFile.OpenRead(zip);
        List<(string, byte[])> photos = [];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Length > 0).Take(MaxPhotos))
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            photos.Add((entry.Name, encoded));
        }

        return photos;
    }
}
