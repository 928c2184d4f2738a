using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Compares the preprocessing profiles: <c>profile-differences ZIP [--save FOLDER]</c> preprocesses every image of an archive with each
/// profile and compares the pixels of the crops, in levels from 0 to 255, before mean and standard deviation. Caffe2Legacy has the pixels
/// of Caffe2.
/// </summary>
internal static class ProfileDifferences
{
    public const string Command = "profile-differences";

    private static readonly PreprocessingProfile[] Profiles =
        [
            PreprocessingProfile.Mxnet,
            PreprocessingProfile.OnnxRuntimeNotebook,
            PreprocessingProfile.Caffe2,
            PreprocessingProfile.Caffe2Area,
            PreprocessingProfile.MxnetShortSide,
            PreprocessingProfile.Torchvision,
            PreprocessingProfile.HuggingFace,
        ];

    public static void Run(string zip, string? save)
    {
        (int First, int Second)[] pairs =
            [.. Enumerable.Range(0, Profiles.Length).SelectMany(i => Enumerable.Range(i + 1, Profiles.Length - i - 1).Select(j => (i, j)))];
        Difference[] differences = [.. pairs.Select(_ => new Difference())];
        Preprocessor[] preprocessors = [.. Profiles.Select(profile => new Preprocessor(WithoutNormalization(profile)))];
        float[][] crops = [.. Profiles.Select(profile => new float[3 * profile.Crop.Width * profile.Crop.Height])];
        PreprocessingScratch scratch = new();
        int images = 0;
        using ZipArchive archive = ZipFile.OpenRead(zip);
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Length > 0))
        {
            using MemoryStream file = new();
            using (Stream stream = entry.Open())
            {
                stream.CopyTo(file);
            }

            using DecodedImage image = ImageDecoding.Default.Decode(file.ToArray());
            for (int i = 0; i < Profiles.Length; i++)
            {
                preprocessors[i].Run(image.Pixels, crops[i], scratch);
            }

            images++;
            for (int pair = 0; pair < pairs.Length; pair++)
            {
                differences[pair].Add(crops[pairs[pair].First], crops[pairs[pair].Second]);
            }
        }

        StringBuilder table = new();
        table.Append(
            CultureInfo.InvariantCulture,
            $"{images} images.\n\n| profiles | mean difference | worst | values more than 8 levels apart, % |\n|---|---:|---:|---:|\n");
        for (int pair = 0; pair < pairs.Length; pair++)
        {
            Difference d = differences[pair];
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{Profiles[pairs[pair].First].Name}`, `{Profiles[pairs[pair].Second].Name}` | {d.Sum / d.Count:F2} | {d.Worst:F0} | "
                    + $"{100.0 * d.Far / d.Count:F1} |\n");
        }

        Console.Write(table);
        if (save is not null)
        {
            ResultsFolder.Write(save, Command, $"-- {Command} {Path.GetFileName(zip)}", table.ToString());
        }
    }

    /// <summary>Returns the profile without normalization.</summary>
    private static PreprocessingProfile WithoutNormalization(PreprocessingProfile profile) => profile with
    {
        Channels = ChannelOrder.Rgb,
        Range = ValueRange.ZeroTo255,
        Mean = new ChannelValues(0, 0, 0),
        Std = new ChannelValues(1, 1, 1),
    };

    private sealed class Difference
    {
        private const double FarApart = 8;

        public long Count { get; private set; }

        public double Sum { get; private set; }

        public double Worst { get; private set; }

        public long Far { get; private set; }

        public void Add(float[] first, float[] second)
        {
            for (int i = 0; i < first.Length; i++)
            {
                double difference = Math.Abs(first[i] - second[i]);
                Sum += difference;
                Worst = Math.Max(Worst, difference);
                Far += difference > FarApart ? 1 : 0;
            }

            Count += first.Length;
        }
    }
}
