using System.IO.Compression;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures how <see cref="PreprocessingProfile.ShrinkOnLoad"/> changes the input: <c>shrink-accuracy ZIP [SHORT_SIDE]</c> preprocesses
/// every JPEG image of an archive with and without it and compares the pixels, in levels from 0 to 255. A short side of 64 makes it apply
/// to ordinary photos.
/// </summary>
internal static class ShrinkAccuracy
{
    public const string Command = "shrink-accuracy";

    private static readonly PreprocessingProfile[] Profiles =
        [
            PreprocessingProfile.Torchvision,
            PreprocessingProfile.Mxnet,
            PreprocessingProfile.OnnxRuntimeNotebook,
            PreprocessingProfile.Caffe2,
        ];

    public static void Run(string zip, int shortSide)
    {
        Console.WriteLine($"| profile, resized to {shortSide} | images | shrunk | mean difference | worst |\n|---|---|---|---|---|");
        foreach (PreprocessingProfile original in Profiles)
        {
            PreprocessingProfile profile = original with
            {
                Resize = original.Resize.KeepsAspectRatio
                    ? ResizeRule.ShortSide(shortSide, original.Resize.Rounding)
                    : ResizeRule.Squash(shortSide, shortSide),
                Crop = original.Crop with { Width = shortSide * 7 / 8, Height = shortSide * 7 / 8 },
                Range = ValueRange.ZeroTo255,
                Mean = new ChannelValues(0, 0, 0),
                Std = new ChannelValues(1, 1, 1),
            };
            Compare(original.Name, profile, zip);
        }
    }

    private static void Compare(string name, PreprocessingProfile profile, string zip)
    {
        Preprocessor preprocessor = new(profile);
        PreprocessingScratch scratch = new();
        float[] full = new float[3 * profile.Crop.Width * profile.Crop.Height];
        float[] shrunk = new float[full.Length];
        (int images, int smaller, double sum, double worst) = (0, 0, 0, 0);
        using ZipArchive archive = ZipFile.OpenRead(zip);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using MemoryStream file = new();
            using (Stream stream = entry.Open())
            {
                stream.CopyTo(file);
            }

            if (ImageFormatDetector.Detect(file.ToArray()) != ImageFormat.Jpeg)
            {
                continue;
            }

            using DecodedImage original = ImageDecoding.Default.Decode(file.ToArray());
            using DecodedImage reduced = ImageDecoding.Decode(
                ImageDecoding.Default, file.ToArray(), new ImageDecodingOptions(), autoOrient: true, profile.Resize);
            preprocessor.Run(original.Pixels, full, scratch);
            preprocessor.Run(reduced.Pixels, shrunk, scratch);
            images++;
            smaller += reduced.Width < original.Width ? 1 : 0;
            for (int i = 0; i < full.Length; i++)
            {
                double difference = Math.Abs(full[i] - shrunk[i]);
                sum += difference;
                worst = Math.Max(worst, difference);
            }
        }

        Console.WriteLine($"| `{name}` | {images} | {smaller} | {sum / images / full.Length:F2} | {worst:F0} |");
    }
}
