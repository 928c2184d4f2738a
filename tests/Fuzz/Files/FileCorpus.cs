using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ResNet.Net.Onnx.Tests.Support;
using ResNet.Net.Tool.Batch;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Search;
using Match = System.Text.RegularExpressions.Match;

namespace ResNet.Net.Fuzz;

/// <summary>Creates Caffe2 networks, ImageNet's development kit, and the files of the tool and the model store, and mutates them.</summary>
internal static partial class FileCorpus
{
    public const string Net = "netdef", NetText = "nettext", Pair = "netpair", Index = "index", Csv = "csv", Manifest = "manifest",
        Kit = "kit", Synsets = "synsets", Truth = "truth", Record = "record", Origin = "origin";

    /// <summary>The number of features of an index.</summary>
    public const int Features = 4;

    private const string TruthIds = "490\n361\n171\n1\n1000\n";

    public static ModelFingerprint Fingerprint { get; } = new("model", new string('0', 64), "labels", "profile", "Center");

    public static RunManifest Run { get; } = new(RunManifest.CurrentVersion, "/images", 1, Fingerprint);

    /// <summary>Gets the text of a CSV file that a run can continue.</summary>
    public static byte[] Rows { get; } = Encoding.UTF8.GetBytes(
        "path,label1,synset1,probability1,error\r\na.png,cat,,0.900000,\r\n\"b,\"\"c.png\",dog,,0.500000,\r\n./=d.png,,,,\"damaged\"\r\n");

    public static IReadOnlyList<FuzzInput> Create(string folder)
    {
        Caffe2Net[] nets =
        [
            SmallCaffe2Classifier.FloatInit(), SmallCaffe2Classifier.FloatPredict(),
            SmallCaffe2Classifier.QuantizedInit(), SmallCaffe2Classifier.QuantizedPredict(),
        ];
        byte[] plain = MatlabSynsets(isCompressed: false), compressed = MatlabSynsets(isCompressed: true);
        return
        [
            .. nets.Select(net => new FuzzInput(Net, 0, net.ToArray())),
            .. nets.Select(net => new FuzzInput(NetText, 0, Encoding.UTF8.GetBytes(net.ToText()))),
            .. Enumerable.Repeat(PairOf(nets[0].ToArray(), nets[1].ToArray()), 3).Select(bytes => new FuzzInput(Pair, 0, bytes)),
            .. Enumerable.Repeat(PairOf(nets[2].ToArray(), nets[3].ToArray()), 3).Select(bytes => new FuzzInput(Pair, 0, bytes)),
            new FuzzInput(Index, 0, IndexOf(folder)),
            new FuzzInput(Index, 0, [.. IndexOf(folder).AsSpan(0, 24), 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]), // a string of -1 bytes
            new FuzzInput(Csv, 0, Rows),
            new FuzzInput(Manifest, 0, ManifestOf(folder)),
            .. ((byte[][])[plain, compressed]).Select(mat => new FuzzInput(Kit, 0, KitOf(mat))),
            .. ((byte[][])[plain, compressed]).Select(mat => new FuzzInput(Synsets, 0, mat)),
            .. Texts(Synsets, "n02119789 1 kit_fox\nn02100735 2 English_setter\n", "1 n02119789\n", "n01440764 tench, Tinca tinca\n"),
            .. Texts(
                Truth,
                TruthIds,
                "ILSVRC2012_val_00000001.JPEG 65\nILSVRC2012_val_00000002.JPEG 0\n",
                "n01751748\nn09193705\n",
                "ImageId,PredictionString\nILSVRC2012_val_00000001,n01751748 1 2 3 4 \nILSVRC2012_val_00000002,\"n09193705 1 2 3 4\"\n"),
            .. Texts(Record, RecordText),
            .. Texts(Origin, "https://example.org/model.onnx\n\"etag\"\n", "https://example.org/model.onnx\n\n"),
        ];
    }

    /// <summary>Splits the bytes of a pair.</summary>
    public static (byte[] Init, byte[] Predict) Split(byte[] pair)
    {
        int length = pair.Length < 4 ? 0 : Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(pair), 0, pair.Length - 4);
        return pair.Length < 4 ? ([], []) : (pair[4..(4 + length)], pair[(4 + length)..]);
    }

    public static FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
    {
        byte[] splice = other.Kind == input.Kind ? other.Bytes : input.Bytes;
        return input with
        {
            Bytes = input.Kind switch
            {
                Net => MutateNet(input.Bytes, splice, random),
                Pair => MutatePair(input.Bytes, random),
                Kit when random.Next(3) > 0 => MutateKit(random),
                NetText or Csv or Manifest or Truth or Record or Origin when random.Next(4) > 0 => Repaired(
                    input.Kind, ArchiveCorpus.MutateText(input.Bytes, random), random),
                _ => ProtobufMutator.Mutate(input.Bytes, splice, random),
            },
        };
    }

    private static string RecordText
        => new VerificationRecord(new string('0', 64), new FileIdentity(7, "1.2.3"), DateTimeOffset.UnixEpoch).ToString();

    private static IEnumerable<FuzzInput> Texts(string kind, params string[] texts)
        => texts.Select(text => new FuzzInput(kind, 0, Encoding.UTF8.GetBytes(text)));

    private static byte[] PairOf(byte[] init, byte[] predict) => [.. BitConverter.GetBytes(init.Length), .. init, .. predict];

    // The text form has names for all fields, so that a mutation of it mostly changes the values of one.
    private static byte[] MutateNet(byte[] net, byte[] other, Random random)
    {
        if (random.Next(4) > 0)
        {
            try
            {
                return Caffe2Net.ParseText(MutateValues(Caffe2Net.Parse(net).ToText(), random)).ToArray();
            }
            catch (OnnxModelException)
            {
                // Damaged: mutate its bytes.
            }
        }

        return ProtobufMutator.Mutate(net, other, random);
    }

    private static string MutateValues(string text, Random random)
    {
        for (int edits = random.Next(1, 4); edits > 0 && ValuePattern().Matches(text) is { Count: > 0 } values; edits--)
        {
            Match value = values[random.Next(values.Count)];
            bool isText = value.Value[0] == '"';
            Match[] alike = [.. values.Where(other => other.Value[0] == '"' == isText)];
            string replacement = isText || random.Next(3) == 0
                ? alike[random.Next(alike.Length)].Value
                : Numbers[random.Next(Numbers.Length)];
            text = $"{text[..value.Index]}{replacement}{text[(value.Index + value.Length)..]}";
        }

        return text;
    }

    private static byte[] MutatePair(byte[] pair, Random random)
    {
        (byte[] init, byte[] predict) = Split(pair);
        return random.Next(2) == 0 ? PairOf(MutateNet(init, predict, random), predict) : PairOf(init, MutateNet(predict, init, random));
    }

    // Damages a file within the archive rather than the archive.
    private static byte[] MutateKit(Random random)
    {
        byte[] mat = MatlabSynsets(isCompressed: false);
        byte[] ids = Encoding.UTF8.GetBytes(TruthIds);
        return random.Next(3) == 0
            ? KitOf(mat, ArchiveCorpus.MutateText(ids, random))
            : KitOf(ProtobufMutator.Mutate(mat, ids, random), ids);
    }

    // The last word of a record is a checksum.
    private static byte[] Repaired(string kind, byte[] text, Random random)
    {
        if (kind != Record || random.Next(4) == 0)
        {
            return text;
        }

        string[] words = Encoding.UTF8.GetString(text).TrimEnd('\n').Split(' ');
        string line = string.Join(' ', words[..^1]);
        return Encoding.UTF8.GetBytes($"{line} {TextHash.Of(line)}\n");
    }

    private static byte[] IndexOf(string folder)
    {
        string path = Path.Combine(folder, "seed.index");
        using (FeatureIndexWriter writer = new(path, Fingerprint, Features))
        {
            writer.Add("/images/a.png", [1, 0, 0, 0]);
            writer.Add("/images/b.png", [0, 0.6f, -0.8f, 0]);
            writer.Complete();
        }

        return File.ReadAllBytes(path);
    }

    private static byte[] ManifestOf(string folder)
    {
        string path = Path.Combine(folder, "seed.run.json");
        Run.Write(path);
        return File.ReadAllBytes(path);
    }

    private static byte[] KitOf(byte[] mat, byte[]? ids = null) => new TarGzBuilder()
        .Add("ILSVRC2012_devkit_t12/data/meta.mat", mat)
        .Add("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", ids ?? Encoding.UTF8.GetBytes(TruthIds))
        .Build();

    // Level 5 of MATLAB's format: elements of 8 bytes of tag, data, and padding to 8 bytes.
    private static byte[] MatlabSynsets(bool isCompressed)
    {
        (int Id, string Synset)[] rows =
            [(490, "n01751748"), (361, "n09193705"), (171, "n01440764"), (1, "n02119789"), (1000, "n03255030")];
        const int NameLength = 16;
        byte[] names = Encoding.ASCII.GetBytes("ILSVRC2012_ID".PadRight(NameLength, '\0') + "WNID".PadRight(NameLength, '\0'));
        byte[] matrix = Matrix(
            2,
            "synsets",
            rows.Length,
            [
                .. Element(5, BitConverter.GetBytes(NameLength)),
                .. Element(1, names),
                .. rows.SelectMany(row => (byte[])
                [
                    .. Matrix(6, string.Empty, 1, Element(9, BitConverter.GetBytes((double)row.Id))),
                    .. Matrix(4, string.Empty, row.Synset.Length, Element(16, Encoding.ASCII.GetBytes(row.Synset))),
                ]),
            ]);
        byte[] header = [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)), 0, 1, (byte)'I', (byte)'M'];
        if (!isCompressed)
        {
            return [.. header, .. matrix];
        }

        using MemoryStream stream = new();
        using (ZLibStream zlib = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(matrix);
        }

        return [.. header, .. Element(15, stream.ToArray(), isPadded: false)];
    }

    private static byte[] Matrix(byte kind, string name, int count, byte[] content) => Element(
        14,
        [
            .. Element(6, [kind, 0, 0, 0, 0, 0, 0, 0]),
            .. Element(5, [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(count)]),
            .. Element(1, Encoding.ASCII.GetBytes(name)),
            .. content,
        ]);

    private static byte[] Element(int type, byte[] data, bool isPadded = true) =>
    [
        .. BitConverter.GetBytes(type),
        .. BitConverter.GetBytes(data.Length),
        .. data,
        .. new byte[isPadded ? -data.Length & 7 : 0],
    ];

    private static readonly string[] Numbers =
        ["0", "1", "2", "-1", "3", "127", "256", "2147483647", "-2147483648", "9223372036854775807", "0.5", "1e-30", "1e30", "nan", "inf"];

    [GeneratedRegex("(?<=: )(\"[^\"\\n]*\"|-?[0-9][-+.e0-9]*)")]
    private static partial Regex ValuePattern();
}
