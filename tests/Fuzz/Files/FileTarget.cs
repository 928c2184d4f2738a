using System.Globalization;
using System.Text;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx.Tests.Support;
using ResNet.Net.Tool.Batch;
using ResNet.Net.Tool.Search;

namespace ResNet.Net.Fuzz;

/// <summary>Reads Caffe2 networks, ImageNet's development kit, and the files of the tool and the model store.</summary>
internal sealed class FileTarget : ReaderTarget
{
    private readonly string _images;

    public FileTarget()
    {
        TarGzBuilder images = new();
        for (int i = 1; i <= 5; i++)
        {
            images.Add(string.Create(CultureInfo.InvariantCulture, $"ILSVRC2012_val_{i:D8}.JPEG"), [(byte)i]);
        }

        _images = Folder.Write("images.tar", images.TarWithEnd);
    }

    public override IReadOnlyList<FuzzInput> CreateCorpus() => FileCorpus.Create(Folder.FullPath);

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random) => FileCorpus.Mutate(input, other, random);

    protected override bool IsDocumented(string kind, Exception exception) => kind switch
    {
        FileCorpus.Net or FileCorpus.NetText or FileCorpus.Pair => exception is OnnxModelException,
        FileCorpus.Kit or FileCorpus.Synsets or FileCorpus.Truth => exception is ImageDatasetException,

        // The commands of the tool print these messages.
        FileCorpus.Index or FileCorpus.Csv or FileCorpus.Manifest => exception.GetType() == typeof(ArgumentException),
        _ => false, // a damaged record is no record
    };

    protected override string Read(FuzzInput input)
    {
        switch (input.Kind)
        {
            case FileCorpus.Net:
                Caffe2Net net = Caffe2Net.Parse(input.Bytes);
                _ = net.ToArray();
                return $"{net.Operators.Count} {Caffe2Net.ParseText(net.ToText()).Operators.Count}";
            case FileCorpus.NetText:
                return $"{Caffe2Net.ParseText(Encoding.UTF8.GetString(input.Bytes)).ToArray().Length / 64}";
            case FileCorpus.Pair:
                return Import(input);
            case FileCorpus.Index:
                FeatureIndex index = new(Folder.Write("a.index", input.Bytes), FileCorpus.Fingerprint, FileCorpus.Features);
                return $"{index.Read().Count()}";
            case FileCorpus.Csv:
            case FileCorpus.Manifest:
                return Continue(input);
            case FileCorpus.Kit:
                return Open(Folder.Write("kit.tar.gz", input.Bytes), null);
            case FileCorpus.Synsets:
                return Open(Folder.Write("ids.txt", "490\n361\n171\n1\n1000\n"), Folder.Write("synsets", input.Bytes));
            case FileCorpus.Truth:
                return Open(Folder.Write("truth.txt", input.Bytes), null);
            case FileCorpus.Record:
                return VerificationRecord.Read(Folder.Write("a.verified", input.Bytes)) is null ? "none" : "record";
            default:
                return DownloadOrigin.Read(Folder.Write("a.origin", input.Bytes)) is null ? "none" : "origin";
        }
    }

    private static string Import(FuzzInput input)
    {
        (byte[] init, byte[] predict) = FileCorpus.Split(input.Bytes);
        Caffe2Net first = Caffe2Net.Parse(init), second = Caffe2Net.Parse(predict);
        string problem = Caffe2Net.CheckPair(first, second) is [string found, ..] ? found : string.Empty;
        QuantizationFormat format = (input.Settings & 1) == 0 ? QuantizationFormat.QOperator : QuantizationFormat.Qdq;
        OnnxModel model = SmallCaffe2Classifier.Import(first, second, format).Model;
        return model.Check().Any() ? throw new InvalidOperationException("An imported model has problems.") : FuzzOutcome.ShapeOf(problem);
    }

    private string Continue(FuzzInput input)
    {
        bool isRows = input.Kind == FileCorpus.Csv;
        string path = Folder.Write("results.csv", isRows ? input.Bytes : FileCorpus.Rows);
        if (isRows)
        {
            FileCorpus.Run.Write($"{path}.run.json");
        }
        else
        {
            Folder.Write("results.csv.run.json", input.Bytes);
        }

        using ResultFile file = new(path, FileCorpus.Run);
        return $"{file.Before.Done} {file.Before.Failed}";
    }

    private string Open(string truth, string? synsets)
    {
        using ImageDataset dataset = ImageDataset.FromImageNet(_images, truth, LabelSet.ImageNet, synsets);
        return $"{dataset.Images.Count}";
    }
}
