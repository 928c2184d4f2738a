namespace ResNet.Net.Evaluation;

/// <summary>Represents an image whose class is known. Immutable and thread-safe.</summary>
public sealed class LabeledImage
{
    private readonly Func<ReadOnlyMemory<byte>> _read;

    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="name">The name that identifies the image in the dataset and in reports, such as <c>cat/1.png</c>.</param>
    /// <param name="classIndex">The class, from 0.</param>
    /// <param name="read">
    /// Returns the encoded file. Several threads call it, each time the image is needed. It throws <see cref="IOException"/> if the file
    /// cannot be read.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or the class is negative.</exception>
    public LabeledImage(string name, int classIndex, Func<ReadOnlyMemory<byte>> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentNullException.ThrowIfNull(read);
        Name = name;
        ClassIndex = classIndex;
        _read = read;
    }

    /// <summary>Gets the image's name: its path relative to the dataset's folder, separated by <c>/</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the true class, an index into the dataset's labels.</summary>
    public int ClassIndex { get; }

    /// <summary>Reads the encoded file.</summary>
    /// <returns>The bytes of the file. The caller may keep them.</returns>
    /// <exception cref="IOException">
    /// The file cannot be read, or is larger than <see cref="ImageDatasetOptions.MaxImageBytes"/>.
    /// </exception>
    public ReadOnlyMemory<byte> Read() => _read();

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: class {ClassIndex}";
}
