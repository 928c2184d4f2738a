using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ResNet.Net.Evaluation;
using ResNet.Net.Training;

namespace ResNet.Net.Fuzz;

/// <summary>Reads archives, datasets, journals, feature caches, label files and preprocessing settings.</summary>
internal sealed class ArchiveTarget : ReaderTarget
{
    private const int MaxImageBytes = 8 << 20;
    private static readonly LabelSet Animals = new("animals", ["cat", "dog"]);

    public ArchiveTarget()
    {
        // What the list files name.
        Folder.Write("a.bmp", BmpFiles.Write(4, 4, 24, BmpFiles.Pattern(48)));
        Folder.Write("b.bmp", BmpFiles.Write(4, 4, 24, BmpFiles.Pattern(48)));
    }

    public override IReadOnlyList<FuzzInput> CreateCorpus() => ArchiveCorpus.Create(Folder.FullPath);

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random) => ArchiveCorpus.Mutate(input, other, random);

    protected override bool IsDocumented(string kind, Exception exception) => kind switch
    {
        ArchiveCorpus.Golden => exception is GoldenArchiveException,
        ArchiveCorpus.Journal => exception is EvaluationException,
        ArchiveCorpus.Labels or ArchiveCorpus.Config or ArchiveCorpus.Profile => exception is ResNetException,
        ArchiveCorpus.Features => false,
        _ => exception is ImageDatasetException,
    };

    protected override string Read(FuzzInput input)
    {
        switch (input.Kind)
        {
            case ArchiveCorpus.Golden:
                GoldenArchive archive = GoldenArchive.Read(new MemoryStream(input.Bytes));
                return $"{archive.Datasets.Count} {archive.Datasets[0].Inputs.Count} {archive.Datasets[0].Outputs.Count}";
            case ArchiveCorpus.Labels:
                return $"{LabelSet.Load(Folder.Write("labels.txt", input.Bytes)).Count}";
            case ArchiveCorpus.Config:
                return PreprocessingProfile.FromPreprocessorConfig(new MemoryStream(input.Bytes)).Name;
            case ArchiveCorpus.Profile:
                return ProfileJson.Read(Encoding.UTF8.GetString(input.Bytes), "a profile").Name;
            case ArchiveCorpus.Journal:
                using (EvaluationJournal journal = EvaluationJournal.Open(Folder.Write("a.journal", input.Bytes), ArchiveCorpus.Header))
                {
                    return $"{journal.Results([new LabeledImage("cat/1.bmp", 0, () => default)]).Count(result => result is not null)}";
                }

            case ArchiveCorpus.Features:
                return ReadCache(input.Bytes);
            default:
                return ReadDataset(input);
        }
    }

    private string ReadCache(byte[] bytes)
    {
        string path = Directory.GetFiles(Folder.FullPath, "*.features") is [string existing, ..]
            ? existing
            : Path.Combine(Folder.FullPath, $"{new string('0', 32)}.features");
        File.WriteAllBytes(path, bytes);
        using FeatureCache cache = FeatureCache.Open(Folder.FullPath, new byte[32], ArchiveCorpus.FeatureCount, NullLogger.Instance);
        float[] features = new float[ArchiveCorpus.FeatureCount];
        int found = 0;
        for (byte i = 0; i < 3; i++)
        {
            found += cache.TryRead([.. Enumerable.Repeat(i, 32)], default, features) ? 1 : 0;
        }

        return $"{found}";
    }

    private string ReadDataset(FuzzInput input)
    {
        ImageDatasetOptions options = new() { MaxImageBytes = MaxImageBytes };
        bool isLabeled = (input.Settings & 1) != 0;
        string path = Folder.Write(input.Kind == ArchiveCorpus.Lmdb ? "data.mdb" : $"data.{input.Kind}", input.Bytes);
        using ImageDataset dataset = input.Kind switch
        {
            ArchiveCorpus.Zip when isLabeled => ImageDataset.FromZip(path, Animals, options),
            ArchiveCorpus.Zip => ImageDataset.FromZip(path, options),
            ArchiveCorpus.Tar when isLabeled => ImageDataset.FromTar(path, Animals, options),
            ArchiveCorpus.Tar => ImageDataset.FromTar(path, options),
            ArchiveCorpus.Lmdb when isLabeled => ImageDataset.FromLmdb(path, Animals, options),
            ArchiveCorpus.Lmdb => ImageDataset.FromLmdb(path, options),
            _ when isLabeled => ImageDataset.FromList(path, Animals, options),
            _ => ImageDataset.FromList(path, options),
        };
        int unreadable = 0;
        foreach (LabeledImage image in dataset.Images.Take(8))
        {
            try
            {
                _ = image.Read();
            }
            catch (IOException)
            {
                unreadable++; // documented
            }
        }

        return $"{(dataset.Images.Count > 8 ? 8 : dataset.Images.Count)} images, {unreadable} unreadable";
    }
}
