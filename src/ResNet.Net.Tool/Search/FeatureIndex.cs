using System.Runtime.InteropServices;
using System.Text.Json;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Search;

/// <summary>Reads an index from its beginning to its end, as often as it is asked; a picture at a time is in memory.</summary>
internal sealed class FeatureIndex
{
    private readonly string _path;

    /// <exception cref="ArgumentException">The file is no index, or one of another model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FeatureIndex(string path, ModelFacts wanted, int features)
    {
        _path = path;
        using BinaryReader reader = Open();
        (Count, int found, ModelFacts facts) = ReadHeader(reader);
        if (facts.DifferenceFrom(wanted) is string difference)
        {
            throw new ArgumentException($"The index '{path}' was made {difference}. Give the options that it was made with, or make it again.");
        }

        Features = found == features ? found : throw NoIndex($"has {found} features a picture, where the model has {features}");
    }

    /// <summary>How many pictures it has.</summary>
    public long Count { get; }

    /// <summary>How many features each has.</summary>
    public int Features { get; }

    /// <summary>Every picture: its path, and its features, which are overwritten by the next one's.</summary>
    /// <exception cref="ArgumentException">The file is cut off or damaged.</exception>
    public IEnumerable<(string Picture, ReadOnlyMemory<float> Features)> Read()
    {
        using BinaryReader reader = Open();
        ReadHeader(reader);
        float[] features = new float[Features];
        for (long i = 0; i < Count; i++)
        {
            yield return (ReadPicture(reader, features), features);
        }
    }

    private BinaryReader Open() => new(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan));

    private (long Count, int Features, ModelFacts Facts) ReadHeader(BinaryReader reader)
    {
        try
        {
            bool known = reader.ReadBytes(FeatureIndexFormat.Magic.Length).AsSpan().SequenceEqual(FeatureIndexFormat.Magic);
            return !known ? throw NoIndex("does not begin as one")
                : reader.ReadInt32() is int version && version != FeatureIndexFormat.Version ? throw NoIndex($"has version {version}, not {FeatureIndexFormat.Version}")
                : (reader.ReadInt64(), reader.ReadInt32(), ModelFacts.FromJson(reader.ReadString()));
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or JsonException)
        {
            throw NoIndex("is cut off or damaged");
        }
    }

    private string ReadPicture(BinaryReader reader, float[] features)
    {
        try
        {
            string picture = reader.ReadString();
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(features.AsSpan()));
            return picture;
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            throw NoIndex("is cut off or damaged");
        }
    }

    private ArgumentException NoIndex(string why) => new($"'{_path}' is no index of this program: it {why}. Make it again: index FOLDER --out {_path}");
}
