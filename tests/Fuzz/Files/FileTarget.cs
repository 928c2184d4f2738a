using System.Globalization;
using System.Text;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx.Tests.Support;
using ResNet.Net.Tool.Batch;
using ResNet.Net.Tool.Search;

namespace ResNet.Net.Fuzz;

/// <summary>Reads Caffe2 networks, ImageNet's development kit, and the files of the tool and the model store.</summary>
internal sealed class FileTarget : FuzzTarget
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _images;

    public FileTarget()
    {
        TarGzBuilder images = new();
        for (int i = 1; i <= 5; i++)
        {
            images.Add(string.Create(CultureInfo.InvariantCulture, $"ILSVRC2012_val_{i:D8}.JPEG"), [(byte)i]);
        }

        _images = _folder.Write("images.tar", images.TarWithEnd);
    }

    public override long MemoryLimit => 256 << 20;

    public override IReadOnlyList<FuzzInput> CreateCorpus() => FileCorpus.Create(_folder.FullPath);

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random) => FileCorpus.Mutate(input, other, random);

    public override FuzzOutcome Run(FuzzInput input)
    {
        try
        {
            return new FuzzOutcome(input.Kind, "read", Read(input));
        }
        catch (Exception exception) when (IsDocumented(input.Kind, exception))
        {
            return FuzzOutcome.Rejected(input.Kind, exception.GetType().Name, exception.Message);
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(input.Kind, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsDocumented(string kind, Exception exception) => kind switch
    {
        FileCorpus.Net or FileCorpus.NetText or FileCorpus.Pair => exception is OnnxModelException,
        FileCorpus.Kit or FileCorpus.Synsets or FileCorpus.Truth => exception is ImageDatasetException,

        // The commands of the tool print these messages.
        FileCorpus.Index or FileCorpus.Csv or FileCorpus.Manifest => exception.GetType() == typeof(ArgumentException),
        _ => false, // a damaged record is no record
    };

    private string Read(FuzzInput input)
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
                FeatureIndex index = new(_folder.Write("a.index", input.Bytes), FileCorpus.Fingerprint, FileCorpus.Features);
                return $"{index.Read().Count()}";
            case FileCorpus.Csv:
            case FileCorpus.Manifest:
                return Continue(input);
            case FileCorpus.Kit:
                return Open(_folder.Write("kit.tar.gz", input.Bytes), null);
            case FileCorpus.Synsets:
                return Open(_folder.Write("ids.txt", "490\n361\n171\n1\n1000\n"), _folder.Write("synsets", input.Bytes));
            case FileCorpus.Truth:
                return Open(_folder.Write("truth.txt", input.Bytes), null);
            case FileCorpus.Record:
                return VerificationRecord.Read(_folder.Write("a.verified", input.Bytes)) is null ? "none" : "record";
            default:
                return DownloadOrigin.Read(_folder.Write("a.origin", input.Bytes)) is null ? "none" : "origin";
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
        string path = _folder.Write("results.csv", isRows ? input.Bytes : FileCorpus.Rows);
        if (isRows)
        {
            FileCorpus.Run.Write($"{path}.run.json");
        }
        else
        {
            _folder.Write("results.csv.run.json", input.Bytes);
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
