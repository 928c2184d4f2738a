namespace ResNet.Net.Evaluation;

/// <summary>A picture whose class is known. Immutable; <see cref="Read"/> may be called from any thread.</summary>
public sealed class LabeledImage
{
    private readonly Func<ReadOnlyMemory<byte>> _read;

    /// <summary>Creates a picture from whatever holds its bytes.</summary>
    /// <param name="name">What identifies it in the data set and in reports, such as <c>cat/1.png</c>.</param>
    /// <param name="classIndex">Its class, from 0.</param>
    /// <param name="read">Gives the whole encoded file; called from several threads, whenever the picture is needed. Throws <see cref="IOException"/> when it cannot.</param>
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

    /// <summary>What identifies the picture in its data set: the path from the data set's folder on, with <c>/</c> between the parts.</summary>
    public string Name { get; }

    /// <summary>The true class: an index into the labels of the data set.</summary>
    public int ClassIndex { get; }

    /// <summary>Reads the whole encoded file.</summary>
    /// <returns>Its bytes; the caller may keep them.</returns>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="ImageDatasetOptions.MaxPictureBytes"/>.</exception>
    public ReadOnlyMemory<byte> Read() => _read();

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: class {ClassIndex}";
}
