using System.Runtime.InteropServices;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Search;

/// <summary>
/// Writes an index to a temporary file and renames it when it is complete: an interrupted run leaves the old index, or none.
/// </summary>
internal sealed class FeatureIndexWriter : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly BinaryWriter _writer;
    private bool _complete;

    public FeatureIndexWriter(string path, ModelFingerprint fingerprint, int features)
    {
        _path = path;
        _partial = $"{path}.partial";
        _writer = new BinaryWriter(new FileStream(_partial, FileMode.Create, FileAccess.Write, FileShare.None));
        _writer.Write(FeatureIndexFormat.Magic);
        _writer.Write(FeatureIndexFormat.Version);
        _writer.Write(Count);
        _writer.Write(features);
        _writer.Write(fingerprint.ToJson());
    }

    public long Count { get; private set; }

    /// <param name="image">The full path of the image.</param>
    /// <param name="features">Its features, as a vector of length 1.</param>
    public void Add(string image, ReadOnlySpan<float> features)
    {
        _writer.Write(image);
        _writer.Write(MemoryMarshal.AsBytes(features));
        Count++;
    }

    /// <summary>Completes the file after the last image.</summary>
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
        try
        {
            _writer.Dispose();
        }
        finally
        {
            // On a full disk, the last write fails here too.
            if (!_complete)
            {
                File.Delete(_partial);
            }
        }
    }
}
