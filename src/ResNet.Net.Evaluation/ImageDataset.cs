using System.Security.Cryptography;
using System.Text;
using ResNet.Net.Evaluation.Internals.Datasets;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Pictures whose classes are known. The pictures' names and classes are read when it is created, and everything that is wrong with them is said then, in one
/// error; their bytes are read when they are needed. Thread-safe.
/// </summary>
public sealed partial class ImageDataset : IDisposable
{
    private readonly IDisposable? _source;

    /// <summary>Creates a data set from pictures of the caller's own.</summary>
    /// <param name="name">The data set's name, for reports.</param>
    /// <param name="labels">The names of its classes.</param>
    /// <param name="images">The pictures, in the order in which they are evaluated; at least one, no name twice.</param>
    /// <exception cref="ImageDatasetException">There is no picture, two have one name, or one has a class that the labels lack.</exception>
    public ImageDataset(string name, LabelSet labels, IEnumerable<LabeledImage> images)
        : this(name, labels, [.. images ?? throw new ArgumentNullException(nameof(images))], source: null)
    {
    }

    private ImageDataset(string name, LabelSet labels, LabeledImage[] images, IDisposable? source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(labels);
        Name = name;
        Labels = labels;
        Images = images;
        _source = source;
        Check(images, name, labels);
        Fingerprint = HashOf(images);
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>The names of the classes; they must be those of the model that is evaluated.</summary>
    public LabelSet Labels { get; }

    /// <summary>The pictures in the order in which they are evaluated: by name, or as a list gives them.</summary>
    public IReadOnlyList<LabeledImage> Images { get; }

    /// <summary>SHA-256 of the names and classes of all pictures, in hexadecimal: tells one data set from another, not one picture's bytes from another's.</summary>
    public string Fingerprint { get; }

    /// <summary>A part of the data set, evenly spread over it, the same every time.</summary>
    /// <param name="count">How many pictures, from 1; more than there are means all.</param>
    /// <returns>A data set that reads from this one, which must stay open.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ImageDataset Sample(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        count = Math.Min(count, Images.Count);
        LabeledImage[] images = [.. Enumerable.Range(0, count).Select(i => Images[(int)((long)i * Images.Count / count)])];
        return new ImageDataset(count == Images.Count ? Name : $"{Name} ({count} of {Images.Count})", Labels, images, source: null);
    }

    /// <summary>Closes the archive, if it is one.</summary>
    public void Dispose() => _source?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Images.Count} pictures";

    private static void Check(LabeledImage[] images, string name, LabelSet labels)
    {
        if (images.Length == 0)
        {
            throw new ImageDatasetException($"The data set '{name}' has no pictures. Pictures are files that end in {PictureNames.Extensions}.");
        }

        Problems problems = new(name, labels);
        HashSet<string> names = new(images.Length, StringComparer.Ordinal);
        foreach (LabeledImage image in images)
        {
            if (!names.Add(image.Name))
            {
                problems.Add($"the picture '{image.Name}' is there twice");
            }

            if (image.ClassIndex >= labels.Count)
            {
                problems.Add($"the picture '{image.Name}' has the class {image.ClassIndex}; the last is {labels.Count - 1}");
            }
        }

        problems.ThrowIfAny();
    }

    private static string HashOf(LabeledImage[] images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LabeledImage image in images)
        {
            // No name holds a zero, so no two data sets give the same text.
            hash.AppendData(Encoding.UTF8.GetBytes($"{image.Name}\0{image.ClassIndex}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
