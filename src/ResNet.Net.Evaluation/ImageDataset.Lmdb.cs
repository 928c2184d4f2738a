using System.Globalization;

namespace ResNet.Net.Evaluation;

public sealed partial class ImageDataset
{
    /// <summary>Opens an LMDB database of Caffe or Caffe2, whose labels are class indices from 0.</summary>
    /// <remarks>
    /// <para>
    /// The values are messages of the type <c>Datum</c> (Caffe, and Caffe2 with <c>use_caffe_datum</c>) or <c>TensorProtos</c> (Caffe2).
    /// They hold an encoded file, or raw bytes with the channels blue, green and red or gray: in the order channel, row, column in a
    /// <c>Datum</c>, and row, column, channel in <c>TensorProtos</c>. <see cref="LabeledImage.Read"/> returns raw bytes as an uncompressed
    /// PNG file with the same pixels. The names of the images are the keys.
    /// </para>
    /// <para>
    /// The file is read without locks, mapping or native code. It must come from LMDB 0.9 on a 64-bit little-endian machine. No program
    /// may write to it while the dataset is open.
    /// </para>
    /// </remarks>
    /// <param name="path">The folder with <c>data.mdb</c>, or the file. It stays open until the dataset is disposed.</param>
    /// <param name="labels">The model's labels, in the order of the class indices.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// The file is not such a database, or is damaged or truncated. The same exception lists invalid records: those without an image
    /// (<c>float_data</c>), without a label, or with a label that is not a class index.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromLmdb(string path, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        return OpenLmdb(path, labels, Validated(options));
    }

    /// <summary>Opens an LMDB database of Caffe or Caffe2. The distinct labels in ascending order are the labels of the dataset.</summary>
    /// <remarks>The database has the form of <see cref="FromLmdb(string, LabelSet, ImageDatasetOptions?)"/>.</remarks>
    /// <param name="path">The folder with <c>data.mdb</c>, or the file. It stays open until the dataset is disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">As for <see cref="FromLmdb(string, LabelSet, ImageDatasetOptions?)"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromLmdb(string path, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return OpenLmdb(path, labels: null, Validated(options));
    }

    private static ImageDataset OpenLmdb(string path, LabelSet? labels, ImageDatasetOptions options)
    {
        LmdbSource source = LmdbSource.Open(path, labels, options);
        try
        {
            if (source.Names.Length == 0)
            {
                throw new ImageDatasetException($"The database '{source.Name}' is empty.");
            }

            long[] classes = [.. source.Labels];
            if (labels is null)
            {
                long[] distinct = [.. classes.Distinct().Order()];
                labels = new LabelSet(source.Name, distinct.Select(l => l.ToString(CultureInfo.InvariantCulture)));
                classes = [.. classes.Select(c => (long)Array.BinarySearch(distinct, c))];
            }

            DatasetErrors errors = new(source.Name, labels);
            for (int i = 0; i < classes.Length; i++)
            {
                if (classes[i] < 0 || classes[i] >= labels.Count)
                {
                    errors.Add(
                        $"the image '{source.Names[i]}' has the label {classes[i]}, not a class index from 0 to {labels.Count - 1}");
                }
            }

            errors.ThrowIfAny("Use labels that include these classes.");
            IEnumerable<LabeledImage> images = classes.Select((c, i) => new LabeledImage(source.Names[i], (int)c, () => source.Read(i)));
            return new ImageDataset(source.Name, labels, [.. images], source, options.MultiLabel);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
