using System.Globalization;
using System.IO.Compression;
using System.Numerics.Tensors;

namespace ResNet.Net.Tests;

/// <summary>The nearest neighbors of 200 ImageNet photos, one per class, by the embeddings of the real ResNet-18.</summary>
public sealed class ResNet18NeighborTests(ResNet18NeighborTests.Photos photos) : IClassFixture<ResNet18NeighborTests.Photos>
{
    // WordNet ids are in the order of the hierarchy: a range is a kind.
    private static readonly (string Kind, int First, int Last)[] Ranges =
    [
        ("fish", 1440764, 1496331), ("bird", 1530575, 1622779), ("reptile or amphibian", 1629819, 1756291), ("arthropod", 1768244, 1784675),
        ("bird", 1795545, 1860187), ("mammal", 1871265, 1883070), ("invertebrate", 1910747, 1968897), ("arthropod", 1978287, 1990800),
        ("bird", 2002556, 2058221), ("mammal", 2066245, 2077923), ("canine", 2085620, 2120505), ("mammal", 2123045, 2138441),
        ("arthropod", 2165105, 2281787), ("mammal", 2325366, 2510455), ("fish", 2514041, 2655020), ("object", 2666196, 7565083),
        ("food", 7579787, 7932039), ("landscape", 9193705, 9472597), ("plant", 11879895, 13133613),
    ];

    [SharedFact]
    public void Nearest_OfMostPhotos_IsOfTheSameKind()
    {
        string[] wrong = [.. photos.All.Where(p => Kind(p) != Kind(photos.Nearest(p)[0])).Select(p => p.Name)];

        photos.All.Count.Should().Be(200);
        wrong.Length.Should().BeLessThanOrEqualTo(36, "the photos are {0}", string.Join(", ", wrong));
    }

    [SharedTheory]
    [InlineData("canine", 26, 22)]
    [InlineData("bird", 12, 9)]
    [InlineData("object", 105, 88)]
    public void Nearest_OfAKind_IsOfThatKind(string kind, int count, int expected)
    {
        Photo[] members = [.. photos.All.Where(p => Kind(p) == kind)];

        members.Length.Should().Be(count);
        members.Count(p => Kind(photos.Nearest(p)[0]) == kind).Should().BeGreaterThanOrEqualTo(expected);
    }

    [SharedTheory]
    [InlineData("basketball", "volleyball")]
    [InlineData("passenger_car", "steam_locomotive")]
    [InlineData("tricycle", "unicycle")]
    [InlineData("container_ship", "drilling_platform")]
    public void Nearest_OfTwoOfAKind_IsTheOther(string first, string second)
    {
        photos.Nearest(photos[first])[0].Name.Should().Be(second);
        photos.Nearest(photos[second])[0].Name.Should().Be(first);
    }

    [SharedTheory]
    [InlineData("Tibetan_terrier")]
    [InlineData("Afghan_hound")]
    [InlineData("Leonberg")]
    [InlineData("otterhound")]
    public void NearestThree_OfADog_AreDogs(string dog)
        => photos.Nearest(photos[dog]).Take(3).Select(Kind).Should().OnlyContain(kind => kind == "canine");

    private static string Kind(Photo photo)
        => Ranges.Single(r => photo.WordNetId >= r.First && photo.WordNetId <= r.Last).Kind;

    /// <summary>A photo with its class and its embedding.</summary>
    public sealed record Photo(int WordNetId, string Name, float[] Embedding);

    /// <summary>The photos, embedded once for all tests.</summary>
    public sealed class Photos
    {
        private readonly Lazy<IReadOnlyList<Photo>> _all = new(Embed);

        public IReadOnlyList<Photo> All => _all.Value;

        public Photo this[string name] => All.Single(p => p.Name == name);

        /// <summary>Returns the other photos, the most similar first.</summary>
        public IReadOnlyList<Photo> Nearest(Photo photo)
            => [.. All.Where(p => p != photo).OrderByDescending(p => TensorPrimitives.Dot<float>(p.Embedding, photo.Embedding))];

        private static List<Photo> Embed()
        {
            // Names such as n02097474_Tibetan_terrier.JPEG.
            using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
            using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.ResNet18Backbone);
            List<Photo> photos = [];
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream stream = entry.Open();
                using MemoryStream encoded = new();
                stream.CopyTo(encoded);
                string[] name = Path.GetFileNameWithoutExtension(entry.Name).Split('_', 2);
                int id = int.Parse(name[0].AsSpan(1), CultureInfo.InvariantCulture);
                photos.Add(new Photo(id, name[1], embedder.Embed(encoded.ToArray())));
            }

            return photos;
        }
    }
}
