using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Represents labeled images. Opening a dataset reads the names and classes of its images and reports all problems in one exception;
/// the image files are read on demand. Thread-safe.
/// </summary>
public sealed partial class ImageDataset : IDisposable
{
    private readonly IDisposable? _source;

    /// <summary>Initializes a dataset from images that the caller provides.</summary>
    /// <param name="name">The dataset's name, shown in reports.</param>
    /// <param name="labels">The class labels.</param>
    /// <param name="images">The images in evaluation order: at least one, with distinct names.</param>
    /// <param name="isMultiLabel">
    /// Whether classes are independent. A dataset with an image of several classes or of none is multi-label in any case.
    /// </param>
    /// <param name="source">The source of the images, such as a database. <see cref="Dispose"/> disposes it. May be null.</param>
    /// <exception cref="ImageDatasetException">There are no images, two have the same name, or a class index has no label.</exception>
    public ImageDataset(
        string name, LabelSet labels, IEnumerable<LabeledImage> images, bool isMultiLabel = false, IDisposable? source = null)
        : this(name, labels, [.. images ?? throw new ArgumentNullException(nameof(images))], source, isMultiLabel)
    {
    }

    internal ImageDataset(string name, LabelSet labels, LabeledImage[] images, IDisposable? source, bool isMultiLabel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(labels);
        Name = name;
        Labels = labels;
        Images = images;
        IsMultiLabel = isMultiLabel || images.Any(i => i.Classes.Count != 1);
        _source = source;
        Check(images, name, labels);
        Fingerprint = HashOf(images);
    }

    /// <summary>Gets the dataset's name.</summary>
    public string Name { get; }

    /// <summary>Gets the class labels, which must match those of the evaluated model.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the images in evaluation order: sorted by name, or in the order of the list file.</summary>
    public IReadOnlyList<LabeledImage> Images { get; }

    /// <summary>Gets whether classes are independent: an image has any number of them.</summary>
    public bool IsMultiLabel { get; }

    /// <summary>Gets the SHA-256 of all image names and classes in hexadecimal.</summary>
    /// <remarks>It identifies the dataset but doesn't cover the image files.</remarks>
    public string Fingerprint { get; }

    /// <summary>Returns an evenly spaced subset of the dataset. The selection is deterministic.</summary>
    /// <param name="count">The number of images, from 1; larger than the dataset selects all images.</param>
    /// <returns>A dataset that reads from this one; don't dispose this one before it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ImageDataset Sample(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        count = Math.Min(count, Images.Count);
        LabeledImage[] images = [.. Enumerable.Range(0, count).Select(i => Images[(int)((long)i * Images.Count / count)])];
        string name = count == Images.Count ? Name : $"{Name} ({count} of {Images.Count})";
        return new ImageDataset(name, Labels, images, source: null, IsMultiLabel);
    }

    /// <summary>
    /// Splits the dataset into a part for training and a part for validation. Both have nearly the same distribution of classes.
    /// </summary>
    /// <remarks>
    /// Of each class, the fraction of its images is rounded to a whole number, and each part gets at least one image if the class has two.
    /// The only image of a class is in the training part. A multi-label dataset is split by iterative stratification (Sechidis et al.
    /// 2011), which keeps these numbers as far as the combinations of classes permit. Equal datasets and seeds give equal parts on all
    /// platforms.
    /// </remarks>
    /// <param name="fraction">The fraction of the images for validation, above 0 and below 1.</param>
    /// <param name="seed">The seed of the random choice.</param>
    /// <returns>The parts, in the order of this dataset. They read from this one; don't dispose this one before them.</returns>
    /// <exception cref="ImageDatasetException">No class has two images, so that one part would be empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is out of range.</exception>
    public (ImageDataset Training, ImageDataset Validation) Split(double fraction, int seed = 0)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The fraction must be above 0 and below 1.");
        }

        bool[] validates = StratifiedSplit.Choose(Images, Labels.Count, fraction, seed);
        ImageDataset Part(bool validation)
        {
            LabeledImage[] images = [.. Images.Where((_, i) => validates[i] == validation)];
            return images.Length > 0
                ? new ImageDataset($"{Name} ({(validation ? "validation" : "training")})", Labels, images, source: null, IsMultiLabel)
                : throw new ImageDatasetException(
                    $"The dataset '{Name}' cannot be split: no class has two images. Add images, or provide validation images.");
        }

        return (Part(false), Part(true));
    }

    /// <summary>Closes the archive or database that contains the images, if there is one.</summary>
    public void Dispose() => _source?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Images.Count} images";

    internal static ImageDatasetException NoImages(string name)
        => new($"The dataset '{name}' has no images. Recognized file extensions are {ImageFileNames.Extensions}.");

    private static void Check(LabeledImage[] images, string name, LabelSet labels)
    {
        if (images.Length == 0)
        {
            throw NoImages(name);
        }

        DatasetErrors errors = new(name, labels);
        HashSet<string> names = new(images.Length, StringComparer.Ordinal);
        foreach (LabeledImage image in images)
        {
            if (!names.Add(image.Name))
            {
                errors.Add($"the image '{image.Name}' occurs twice");
            }

            if (image.Classes is [.., int last] && last >= labels.Count)
            {
                errors.Add($"the image '{image.Name}' has class {last}; the last class is {labels.Count - 1}");
            }
        }

        errors.ThrowIfAny();
    }

    private static string HashOf(LabeledImage[] images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LabeledImage image in images)
        {
            // Names contain no NUL, so different datasets hash different text.
            hash.AppendData(Encoding.UTF8.GetBytes($"{image.Name}\0{string.Join(' ', image.Classes)}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
