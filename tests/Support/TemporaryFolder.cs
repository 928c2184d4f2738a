using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>A temporary folder for one test, deleted with its contents. Its name is deliberately not ASCII.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(FullPath);

    public string FullPath { get; } = Path.Combine(Path.GetTempPath(), $"resnet-tëst-{Guid.NewGuid():N}");

    /// <summary>Gets a path in the folder and creates its parent folders.</summary>
    public string this[params string[] parts]
    {
        get
        {
            string path = Path.Combine([FullPath, .. parts]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return path;
        }
    }

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = this[name];
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
