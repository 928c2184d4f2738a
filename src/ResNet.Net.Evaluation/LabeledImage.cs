using System.Buffers;

namespace ResNet.Net.Evaluation;

/// <summary>Represents an image whose class or classes are known. Immutable and thread-safe.</summary>
public sealed class LabeledImage
{
    private readonly Func<ReadOnlyMemory<byte>> _read;
    private readonly Func<IMemoryOwner<byte>>? _open;

    /// <summary>Initializes an image of one class.</summary>
    /// <param name="name">The name that identifies the image in the dataset and in reports, such as <c>cat/1.png</c>.</param>
    /// <param name="classIndex">The class, from 0.</param>
    /// <param name="read">
    /// Returns the encoded file. Several threads call it, each time the image is needed. It throws <see cref="IOException"/> if the file
    /// cannot be read.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or the class is negative.</exception>
    public LabeledImage(string name, int classIndex, Func<ReadOnlyMemory<byte>> read)
        : this(name, [classIndex], read)
    {
    }

    /// <summary>Initializes an image of any number of classes, for multi-label datasets.</summary>
    /// <param name="name">The name that identifies the image in the dataset and in reports.</param>
    /// <param name="classes">The classes, from 0; none if the image shows none of them.</param>
    /// <param name="read">Returns the encoded file, as for the other constructor.</param>
    /// <exception cref="ArgumentException">The name is empty, or a class is negative or occurs twice.</exception>
    public LabeledImage(string name, IEnumerable<int> classes, Func<ReadOnlyMemory<byte>> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(read);
        int[] sorted = [.. classes.Order()];
        if (sorted.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sorted[0], nameof(classes));
        }

        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
            {
                throw new ArgumentException($"The image '{name}' has the class {sorted[i]} twice. List each class once.", nameof(classes));
            }
        }

        Name = name;
        Classes = sorted;
        _read = read;
    }

    /// <param name="name">The name.</param>
    /// <param name="classIndex">The class.</param>
    /// <param name="read">Returns the encoded file, which the caller may keep.</param>
    /// <param name="open">Returns the encoded file in memory that is limited and reused; null if there is no such memory.</param>
    internal LabeledImage(string name, int classIndex, Func<ReadOnlyMemory<byte>> read, Func<IMemoryOwner<byte>>? open)
        : this(name, classIndex, read) => _open = open;

    /// <summary>Gets the image's name: its path relative to the dataset's folder, separated by <c>/</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the true class, an index into the dataset's labels.</summary>
    /// <exception cref="InvalidOperationException">The image has several classes or none. Use <see cref="Classes"/>.</exception>
    public int ClassIndex => Classes.Count == 1
        ? Classes[0]
        : throw new InvalidOperationException($"The image '{Name}' has {Classes.Count} classes instead of one. Use LabeledImage.Classes.");

    /// <summary>Gets the true classes in ascending order: exactly one, unless the dataset is multi-label.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>Reads the encoded file.</summary>
    /// <returns>The bytes of the file. The caller may keep them.</returns>
    /// <exception cref="IOException">
    /// The file cannot be read, or is larger than <see cref="ImageDatasetOptions.MaxImageBytes"/>.
    /// </exception>
    public ReadOnlyMemory<byte> Read() => _read();

    /// <summary>Returns the image as an input for batches and sequences. It is read when it is classified.</summary>
    /// <returns>The input.</returns>
    public InputImage ToInput() => _open is null ? InputImage.FromEncoded(_read) : InputImage.FromPooled(_open);

    /// <inheritdoc/>
    public override string ToString()
        => Classes.Count == 1 ? $"{Name}: class {Classes[0]}" : $"{Name}: classes {string.Join(", ", Classes)}";
}
