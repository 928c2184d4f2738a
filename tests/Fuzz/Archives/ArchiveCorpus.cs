using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ResNet.Net.Evaluation;
using ResNet.Net.Evaluation.Tests;
using ResNet.Net.Training;

namespace ResNet.Net.Fuzz;

/// <summary>Creates archives, datasets, journals, caches and settings, and mutates them.</summary>
internal static class ArchiveCorpus
{
    public const string Golden = "golden", Zip = "zip", Tar = "tar", List = "list", Lmdb = "lmdb", Journal = "journal",
        Features = "features", Labels = "labels", Config = "config", Profile = "profile";

    public const int FeatureCount = 16;

    private static readonly byte[] Image = BmpFiles.Write(4, 4, 24, BmpFiles.Pattern(48));

    public static JournalHeader Header { get; } =
        new(JournalHeader.Version, "model", "sha256", "labels", "profile", "Center", "dataset", 3, "fingerprint");

    public static IReadOnlyList<FuzzInput> Create(string folder) =>
    [
        .. GoldenArchives().Select(bytes => new FuzzInput(Golden, 0, bytes)),
        .. ZipFiles().Select(bytes => new FuzzInput(Zip, 0, bytes)),
        .. TarFiles().Select(bytes => new FuzzInput(Tar, 0, bytes)),
        new FuzzInput(Lmdb, 0, LmdbBuilder.Build(("0", Protobuf.Encoded(Image, 0)), ("1", Protobuf.Raw(3, 4, 4, new byte[48], 1)))),
        new FuzzInput(Lmdb, 0, LmdbBuilder.Build(("0", Protobuf.Encoded(new byte[5000], 0)), ("1", Protobuf.Encoded(Image, 1)))),
        .. Texts(List, "a.bmp 0\nb.bmp 1\n", "a.bmp,cat\nb.bmp,dog\n", "\"a.bmp\"\t0;1\nb.bmp\t1\n", "image,label\na.bmp,cat\nb.bmp,dog\n"),
        new FuzzInput(Journal, 0, JournalOf(folder)),
        new FuzzInput(Features, 0, CacheOf(folder)),
        .. Texts(
            Labels, "cat\ndog\n", "[\"cat\", \"dog\"]", "{\"0\": \"cat\", \"1\": \"dog\"}", "0 cat\n1 dog\n", "{0: 'cat', 1: 'dog'}",
            "names:\n  0: cat\n  1: dog\n", "n01440764 tench, Tinca tinca\nn01443537 goldfish\n"),
        .. Texts(
            Config,
            "{\"crop_pct\":0.875,\"do_resize\":true,\"do_normalize\":true,\"image_mean\":[0.5,0.5,0.5],\"image_std\":[1,1,1],"
            + "\"size\":224}",
            "{\"crop_size\":{\"height\":224,\"width\":224},\"size\":{\"shortest_edge\":256},\"resample\":3,\"rescale_factor\":0.0039}",
            "{\"pretrained_cfg\":{\"input_size\":[3,224,224],\"interpolation\":\"bicubic\",\"mean\":[0,0,0],\"std\":[1,1,1]}}"),
        .. PreprocessingProfile.All.Take(4).SelectMany(profile => Texts(Profile, ProfileJson.Write(profile))),
    ];

    public static FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
    {
        byte[] splice = other.Kind == input.Kind ? other.Bytes : input.Bytes;
        byte[] bytes = input.Kind switch
        {
            Golden when random.Next(3) > 0 => TarGzBuilder.Compress(MutateTar(Inflate(input.Bytes), splice, random)),
            Tar => MutateTar(input.Bytes, splice, random),
            List or Labels or Config or Profile or Journal when random.Next(2) == 0 => MutateText(input.Bytes, random),
            _ => ProtobufMutator.Mutate(input.Bytes, splice, random),
        };
        return input with { Bytes = input.Kind == Journal && random.Next(4) > 0 ? RepairJournal(bytes) : bytes };
    }

    /// <summary>Replaces, repeats or removes parts of a text.</summary>
    public static byte[] MutateText(byte[] text, Random random)
    {
        string value = Encoding.UTF8.GetString(text);
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(value.Length + 1);
            int length = random.Next(Math.Min(12, value.Length - at) + 1);
            value = random.Next(3) switch
            {
                0 => value[..at] + Tokens[random.Next(Tokens.Length)] + value[(at + length)..],
                1 => value[..(at + length)] + value[at..],
                _ => value[..at] + value[(at + length)..],
            };
        }

        return Encoding.UTF8.GetBytes(value);
    }

    private static IEnumerable<FuzzInput> Texts(string kind, params string[] texts)
        => texts.Select(text => new FuzzInput(kind, 0, Encoding.UTF8.GetBytes(text)));

    private static IEnumerable<byte[]> GoldenArchives()
    {
        byte[] input = OnnxTensor.Create<float>("data", [1, 2], [1, 2]).Serialize();
        byte[] output = OnnxTensor.Create<float>("scores", [1, 3], [3, 4, 5]).Serialize();
        TarGzBuilder Pair(string folder) => new TarGzBuilder().Add($"{folder}input_0.pb", input).Add($"{folder}output_0.pb", output);
        yield return Pair("m/test_data_set_0/").Build();
        yield return Pair("a/").AddBytes(Pair("b/").Tar).Build();
        yield return Pair("m/").Add("m/model.onnx", new byte[300_000]).Build();
        yield return new TarGzBuilder().Add("x", TarGzBuilder.Attribute("path", "m/input_0.pb"), TarGzBuilder.Extended)
            .Add("short", input).AddBytes(Pair("n/").Tar).Build();
        yield return new TarGzBuilder().Add("long", "m/input_0.pb\0"u8, TarGzBuilder.LongName)
            .Add("short", input).AddBytes(Pair("n/").Tar).Build();
        foreach (char type in (char[])['1', '2', '3', '4', '6', '7', 'S', 'V', 'g'])
        {
            yield return Pair("m/").Add("m/odd", [], type, "/etc/passwd").Build();
        }

        foreach (long size in (long[])[-1, 0, 1L << 32, 1L << 33, long.MaxValue])
        {
            yield return Pair("m/").Add("m/input_1.pb", [1], size: Math.Max(0, size)).Build();
        }

        yield return TarGzBuilder.Compress(new byte[40_000_000]); // zeros: a tar file without entries
        yield return new TarGzBuilder().Add("m/input_0.pb", new byte[4 << 20]).Add("m/output_0.pb", new byte[4 << 20]).Build();
    }

    private static IEnumerable<byte[]> ZipFiles()
    {
        yield return Write(CompressionLevel.Fastest, ("cat/1.bmp", Image), ("dog/2.bmp", Image));
        yield return Write(CompressionLevel.NoCompression, ("cat/1.bmp", Image), ("dog/2.bmp", Image), ("cat/é\u0301.png", [1]));
        yield return Write(CompressionLevel.Fastest, ("cat/1.bmp", new byte[8_000_000]), ("dog/2.bmp", Image));
        yield return Write(
            CompressionLevel.Fastest, [.. Enumerable.Range(0, 500).Select(i => ($"{(i % 2 == 0 ? "cat" : "dog")}/{i}.bmp", Image))]);

        static byte[] Write(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
        {
            using MemoryStream stream = new();
            using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach ((string name, byte[] bytes) in entries)
                {
                    using Stream entry = zip.CreateEntry(name, level).Open();
                    entry.Write(bytes);
                }
            }

            return stream.ToArray();
        }
    }

    private static IEnumerable<byte[]> TarFiles()
    {
        yield return new TarGzBuilder().Add("cat/1.bmp", Image).Add("dog/2.bmp", Image).TarWithEnd;
        yield return new TarGzBuilder().Add("cat.tar", new TarGzBuilder().Add("1.bmp", Image).TarWithEnd)
            .Add("dog.tar", new TarGzBuilder().Add("2.bmp", Image).TarWithEnd).TarWithEnd;
        foreach (TarEntryFormat format in (TarEntryFormat[])[TarEntryFormat.Pax, TarEntryFormat.Gnu])
        {
            using MemoryStream stream = new();
            using (TarWriter writer = new(stream, format, leaveOpen: true))
            {
                foreach (string name in (string[])["cat/1.bmp", $"dog/{new string('x', 150)}.bmp"])
                {
                    TarEntry entry = format == TarEntryFormat.Pax
                        ? new PaxTarEntry(TarEntryType.RegularFile, name)
                        : new GnuTarEntry(TarEntryType.RegularFile, name);
                    entry.DataStream = new MemoryStream(Image);
                    writer.WriteEntry(entry);
                }
            }

            yield return stream.ToArray();
        }
    }

    private static byte[] JournalOf(string folder)
    {
        string path = Path.Combine(folder, "seed.journal");
        using (EvaluationJournal journal = EvaluationJournal.Open(path, Header))
        {
            journal.Append(EvaluatedImage.Of(new LabeledImage("cat/1.bmp", 0, () => Image), 0, 1, 0.5f, 0.7));
            journal.Append(EvaluatedImage.Of(new LabeledImage("dog/2.bmp", 1, () => Image), 0, 2, 0.5f, 0.7));
        }

        return File.ReadAllBytes(path);
    }

    private static byte[] CacheOf(string folder)
    {
        using (FeatureCache cache = FeatureCache.Open(folder, new byte[32], FeatureCount, NullLogger.Instance))
        {
            for (byte i = 0; i < 3; i++)
            {
                cache.Add([.. Enumerable.Repeat(i, 32)], default, new float[FeatureCount]);
            }
        }

        return File.ReadAllBytes(Directory.GetFiles(folder, "*.features").Single());
    }

    private static byte[] Inflate(byte[] gzip)
    {
        const int MaxLength = 1 << 16;
        try
        {
            using GZipStream inflate = new(new MemoryStream(gzip), CompressionMode.Decompress);
            byte[] tar = new byte[MaxLength];
            return tar[..inflate.ReadAtLeast(tar, tar.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return gzip;
        }
    }

    // Headers are mutated and mostly get a right checksum, without which a reader rejects them unread.
    private static byte[] MutateTar(byte[] tar, byte[] other, Random random)
    {
        const int Block = 512;
        byte[] bytes = ProtobufMutator.Mutate(tar, random.Next(2) == 0 ? other : tar, random);
        for (int at = 0; at + Block <= bytes.Length && random.Next(8) > 0; at += Block)
        {
            Span<byte> header = bytes.AsSpan(at, Block);
            if (header[257..].StartsWith("ustar"u8))
            {
                if (random.Next(6) == 0)
                {
                    header[random.Next(100, 345)] = (byte)"0123456789 \0/\u007F"[random.Next(14)];
                }

                header.Slice(148, 8).Fill((byte)' ');
                int sum = 0;
                foreach (byte value in header)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
            }
        }

        return bytes;
    }

    // Every line begins with a part of the hash of its rest.
    private static byte[] RepairJournal(byte[] bytes)
    {
        const int HashDigits = 8;
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > HashDigits)
            {
                string json = lines[i][(HashDigits + 1)..];
                lines[i] = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..HashDigits]} {json}";
            }
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static readonly string[] Tokens =
    [
        "\0", "\n", "\r\n", "\t", " ", ",", ";", ":", "\"", "'", "{", "}", "[", "]", "-1", "0", "1e999", "NaN", "99999999999999999999",
        "2147483648", "null", "true", "..", "/", "\\", "../", "a.bmp", "\uFEFF", "\uD800", "\u2028", "=cmd", "[[[[[[[[[[[[[[[[", "{\"a\":",
    ];
}
