using System.Runtime.InteropServices;
using System.Text.Json;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Search;

/// <summary>Reads an index file sequentially; one image is in memory at a time.</summary>
internal sealed class FeatureIndex
{
    // The features are a vector of length 1; rounding may exceed that.
    private const float MaxFeature = 1.01f;

    private readonly string _path;

    /// <exception cref="ArgumentException">The file is not an index, or belongs to another model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FeatureIndex(string path, ModelFingerprint wanted, int features)
    {
        _path = path;
        using BinaryReader reader = Open();
        (Count, int found, ModelFingerprint fingerprint) = ReadHeader(reader);
        if (fingerprint.DifferenceFrom(wanted) is string difference)
        {
            throw new ArgumentException(
                $"The index '{path}' was created {difference}. Use the options that it was created with, or create it again.");
        }

        if (Count < 0)
        {
            throw Invalid($"states {Count} images");
        }

        Features = found == features ? found : throw Invalid($"has {found} features per image, but the model has {features}");
    }

    /// <summary>The number of images.</summary>
    public long Count { get; }

    /// <summary>The number of features per image.</summary>
    public int Features { get; }

    /// <summary>Enumerates the paths and features of all images. The features are valid until the next image.</summary>
    /// <exception cref="ArgumentException">The file is truncated or damaged.</exception>
    public IEnumerable<(string Image, ReadOnlyMemory<float> Features)> Read()
    {
        using BinaryReader reader = Open();
        ReadHeader(reader);
        float[] features = new float[Features];
        for (long i = 0; i < Count; i++)
        {
            yield return (ReadImage(reader, features), features);
        }
    }

    private BinaryReader Open() => new(new BufferedStream(InputFile.OpenRead(_path), 1 << 20));

    private (long Count, int Features, ModelFingerprint Fingerprint) ReadHeader(BinaryReader reader)
    {
        try
        {
            bool known = reader.ReadBytes(FeatureIndexFormat.Magic.Length).AsSpan().SequenceEqual(FeatureIndexFormat.Magic);
            return !known ? throw Invalid("does not start as one")
                : reader.ReadInt32() is int version && version != FeatureIndexFormat.Version
                    ? throw Invalid($"has version {version}, not {FeatureIndexFormat.Version}")
                : (reader.ReadInt64(), reader.ReadInt32(), ModelFingerprint.FromJson(reader.ReadString()));
        }
        catch (Exception exception) when (exception is IOException or FormatException or JsonException)
        {
            throw Invalid("is truncated or damaged");
        }
    }

    private string ReadImage(BinaryReader reader, float[] features)
    {
        try
        {
            string image = reader.ReadString();
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(features.AsSpan()));

            // Also NaN, which has no order.
            return features.AsSpan().ContainsAnyExceptInRange(-MaxFeature, MaxFeature)
                ? throw Invalid($"has features of '{image}' outside -1 to 1")
                : image;
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            throw Invalid("is truncated or damaged");
        }
    }

    private ArgumentException Invalid(string why)
        => new($"'{_path}' is not a valid index: it {why}. Create it again: resnet search index FOLDER --out {_path}");
}
