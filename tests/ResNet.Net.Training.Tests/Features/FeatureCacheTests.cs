using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Training.Tests;

public sealed class FeatureCacheTests : IDisposable
{
    private const int Dimension = 5;

    private static readonly byte[] Identity = SHA256.HashData("model"u8);
    private static readonly ImageView Crop = new(0.7f, 0, 1, true);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLoggers _logs = new();

    private string CachePath => Path.Combine(_folder.FullPath, $"{Convert.ToHexStringLower(Identity[..16])}.features");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryRead_ViewsOfAFile_AreDistinguished()
    {
        Fill(0, 10);
        using FeatureCache cache = Open();
        float[] features = new float[Dimension];

        for (int i = 0; i < 10; i++)
        {
            cache.TryRead(HashOf(i), default, features).Should().BeTrue();
            features.Should().Equal(FeaturesOf(i, default));
            cache.TryRead(HashOf(i), Crop, features).Should().BeTrue();
            features.Should().Equal(FeaturesOf(i, Crop));
            cache.TryRead(HashOf(i), Crop with { IsMirrored = false }, features).Should().BeFalse();
            cache.TryRead(HashOf(i + 10), default, features).Should().BeFalse();
        }

        _logs.Entries.Should().OnlyContain(e => e.Level == LogLevel.Information);
    }

    [Fact]
    public void TryRead_AddedInTheSameRun_IsFoundAfterTheFlush()
    {
        using FeatureCache cache = Open();
        cache.Add(HashOf(1), default, FeaturesOf(1, default));
        cache.Flush();
        float[] features = new float[Dimension];

        cache.TryRead(HashOf(1), default, features).Should().BeTrue();
        features.Should().Equal(FeaturesOf(1, default));
    }

    [Fact]
    public void Open_TruncatedAtEveryByte_ReadsTheWholeRecordsAndContinues()
    {
        Fill(0, 3);
        byte[] whole = File.ReadAllBytes(CachePath);
        int record = (whole.Length - FeatureRecord.HeaderLength) / 6;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(CachePath, whole[..length]);
            int expected = Math.Max(length - FeatureRecord.HeaderLength, 0) / record;

            CountOf(3).Should().Be(expected, $"the file was truncated after {length} bytes");
            Fill(3, 1);

            CountOf(4).Should().Be(expected + 2);
            ((new FileInfo(CachePath).Length - FeatureRecord.HeaderLength) % record).Should().Be(0);
        }
    }

    [Fact]
    public void TryRead_MutatedFile_NeverReturnsWrongFeatures()
    {
        const int Images = 6;
        Fill(0, Images);
        byte[] whole = File.ReadAllBytes(CachePath);
        Random random = new(11);
        int found = 0;
        const int Mutations = 5000;
        for (int time = 0; time < Mutations; time++)
        {
            File.WriteAllBytes(CachePath, Mutated(whole, random));

            found += CountOf(Images);
        }

        // Most mutations hit one or two of the twelve vectors.
        found.Should().BeInRange(5 * Mutations, 12 * Mutations);
        _logs.Of("FeatureCacheDamaged").Should().NotBeEmpty();
    }

    [Fact]
    public void Open_OtherVersion_IsReplacedWithAMessage()
    {
        Fill(0, 2);
        byte[] file = File.ReadAllBytes(CachePath);
        file[8] = 9;
        SHA256.HashData(file.AsSpan(0, 48)).AsSpan(0, 16).CopyTo(file.AsSpan(48));
        File.WriteAllBytes(CachePath, file);

        CountOf(2).Should().Be(0);
        _logs.Of("FeatureCacheRejected").Single().Message.Should().EndWith("will be replaced: its version is 9 instead of 1.");
        Fill(1, 1);

        CountOf(2).Should().Be(2);
    }

    [Theory]
    [InlineData("model", 6)]
    [InlineData("other", 5)]
    public void Open_FileOfAnotherModel_IsNotUsed(string identity, int dimension)
    {
        Fill(0, 2);
        byte[] other = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(identity));
        string path = Path.Combine(_folder.FullPath, $"{Convert.ToHexStringLower(other[..16])}.features");
        File.WriteAllBytes(path, File.ReadAllBytes(CachePath));
        using FeatureCache cache = FeatureCache.Open(_folder.FullPath, other, dimension, _logs.CreateLogger("test"));

        cache.TryRead(HashOf(0), default, new float[dimension]).Should().BeFalse();
        _logs.Of("FeatureCacheRejected").Single().Message.Should().EndWith("it belongs to another model.");
    }

    [Fact]
    public void Open_FolderIsAFile_WorksWithoutCache()
    {
        string file = _folder.Write("file", "text");
        using FeatureCache cache = FeatureCache.Open(file, Identity, Dimension, _logs.CreateLogger("test"));
        cache.Add(HashOf(0), default, FeaturesOf(0, default));

        cache.Flush();

        cache.TryRead(HashOf(0), default, new float[Dimension]).Should().BeFalse();
        _logs.Of("FeatureCacheNotWritten").Should().ContainSingle();
        File.ReadAllText(file).Should().Be("text");
    }

    [Fact]
    public void Add_LockedByAnotherProcess_DoesNotWaitForever()
    {
        using StoreLock held = StoreLock.TryAcquire($"{CachePath}.lock")!;
        using (FeatureCache cache = Open())
        {
            cache.Add(HashOf(0), default, FeaturesOf(0, default));
        }

        _logs.Of("FeatureCacheNotWritten").Single().Message.Should().Contain("another process");
        File.Exists(CachePath).Should().BeFalse();
    }

    [Fact]
    public void Add_ManyCachesAtOnce_LoseNothing()
    {
        const int Writers = 8, Images = 40;
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, writer =>
        {
            using FeatureCache cache = Open();
            for (int i = writer * Images; i < (writer + 1) * Images; i++)
            {
                cache.Add(HashOf(i), default, FeaturesOf(i, default));
                cache.Add(HashOf(i), Crop, FeaturesOf(i, Crop));
                cache.Flush();
            }
        });

        CountOf(Writers * Images).Should().Be(2 * Writers * Images);
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("profile")]
    [InlineData("background")]
    [InlineData("decoder")]
    public void IdentityOf_AnotherCause_Differs(string what)
    {
        byte[] changed = FeatureCache.IdentityOf(
            what == "graph" ? [1, 2, 4] : [1, 2, 3],
            what == "profile" ? PreprocessingProfile.Torchvision.WithCrop(200, 200) : PreprocessingProfile.Torchvision,
            new ResNetEmbedderOptions
            {
                Decoding = new ImageDecodingOptions { Background = (byte)(what == "background" ? 1 : 0) },
                Decoder = what == "decoder" ? new LibJpegTurboDecoder() : null,
            });
        byte[] same = FeatureCache.IdentityOf([1, 2, 3], PreprocessingProfile.Torchvision, new ResNetEmbedderOptions { BatchSize = 7 });

        same.Should().Equal(FeatureCache.IdentityOf([1, 2, 3], PreprocessingProfile.Torchvision, new ResNetEmbedderOptions()));
        changed.Should().NotEqual(same);
    }

    private static byte[] HashOf(int image) => SHA256.HashData(BitConverter.GetBytes(image));

    private static float[] FeaturesOf(int image, ImageView view)
    {
        Random random = new((image * 2) + (view == default ? 0 : 1));
        return [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle())];
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            int count = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(count, bytes.Count - 1));
                    break;
                case 1:
                    bytes.InsertRange(at, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - count + 1), count));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }

    private FeatureCache Open() => FeatureCache.Open(_folder.FullPath, Identity, Dimension, _logs.CreateLogger("test"));

    private void Fill(int first, int count)
    {
        using FeatureCache cache = Open();
        for (int i = first; i < first + count; i++)
        {
            cache.Add(HashOf(i), default, FeaturesOf(i, default));
            cache.Add(HashOf(i), Crop, FeaturesOf(i, Crop));
        }
    }

    /// <summary>Counts the vectors that are found, and compares each with what was added.</summary>
    private int CountOf(int images)
    {
        using FeatureCache cache = Open();
        float[] features = new float[Dimension];
        int found = 0;
        for (int i = 0; i < images; i++)
        {
            foreach (ImageView view in new[] { default, Crop })
            {
                if (cache.TryRead(HashOf(i), view, features))
                {
                    found++;
                    features.Should().Equal(FeaturesOf(i, view));
                }
            }
        }

        return found;
    }
}
