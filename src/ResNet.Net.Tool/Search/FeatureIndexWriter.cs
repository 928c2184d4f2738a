using System.Runtime.InteropServices;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Search;

/// <summary>Writes an index beside its name, and gives it that name when it is whole: an interrupted run leaves the old index, or none.</summary>
internal sealed class FeatureIndexWriter : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly BinaryWriter _writer;
    private bool _complete;

    public FeatureIndexWriter(string path, ModelFacts facts, int features)
    {
        _path = path;
        _partial = $"{path}.partial";
        _writer = new BinaryWriter(new FileStream(_partial, FileMode.Create, FileAccess.Write, FileShare.None));
        _writer.Write(FeatureIndexFormat.Magic);
        _writer.Write(FeatureIndexFormat.Version);
        _writer.Write(Count);
        _writer.Write(features);
        _writer.Write(facts.ToJson());
    }

    public long Count { get; private set; }

    /// <param name="picture">Its full path.</param>
    /// <param name="features">Its features, of length 1.</param>
    public void Add(string picture, ReadOnlySpan<float> features)
    {
        _writer.Write(picture);
        _writer.Write(MemoryMarshal.AsBytes(features));
        Count++;
    }

    /// <summary>Says that the pictures are all there.</summary>
    public void Complete()
    {
        _writer.Seek(FeatureIndexFormat.CountOffset, SeekOrigin.Begin);
        _writer.Write(Count);
        _writer.Dispose();
        File.Move(_partial, _path, overwrite: true);
        _complete = true;
    }

    public void Dispose()
    {
        _writer.Dispose();
        if (!_complete)
        {
            File.Delete(_partial);
        }
    }
}
