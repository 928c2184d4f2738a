namespace ResNet.Net.Evaluation;

/// <summary>Represents an archive whose images are read without extraction. Thread-safe.</summary>
internal interface IImageArchive : IDisposable
{
    /// <summary>Gets the file's name without its path.</summary>
    string Name { get; }

    /// <summary>Gets the names of the images, sorted.</summary>
    string[] Names { get; }

    /// <summary>Gets the folders, with and without images.</summary>
    FolderTree Tree { get; }

    /// <summary>Reads an encoded image.</summary>
    /// <exception cref="IOException">The image cannot be read.</exception>
    ReadOnlyMemory<byte> Read(string name);

    /// <summary>Creates an image that is read when it is needed.</summary>
    LabeledImage Image(string name, int classIndex) => new(name, classIndex, () => Read(name));
}
