using System.Text;

namespace ResNet.Net.Tests;

public class LabelSetLoadTests
{
    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [InlineData("iso-8859-1", false)]
    public void Load_Encoding_ReturnsTheSameLabels(string name, bool hasByteOrderMark)
    {
        using TemporaryFolder folder = new();
        Encoding encoding = Encoding.GetEncoding(name);
        string path = Path.Combine(folder.FullPath, "labels.txt");
        byte[] mark = hasByteOrderMark ? encoding.GetPreamble() : [];
        File.WriteAllBytes(path, [.. mark, .. encoding.GetBytes("dâg\r\nPère David's deer\r\nÄsche\r\n")]);

        LabelSet labels = LabelSet.Load(path);

        LabelSetFormatTests.Labels(labels).Should().Equal("dâg", "Père David's deer", "Äsche");
        labels.Name.Should().Be("labels.txt");
    }

    [Fact]
    public void Load_Windows1252_DecodesItsOwnCharacters()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.FullPath, "labels.txt");
        File.WriteAllBytes(path, [(byte)'c', 0x9C, (byte)'u', (byte)'r', (byte)'\n', 0x80, (byte)' ', 0x96, (byte)' ', 0xFC]);

        LabelSetFormatTests.Labels(LabelSet.Load(path)).Should().Equal("cœur", "€ – ü");
    }

    [Fact]
    public void Load_ByteOrderMarkBeforeJson_IsIgnored()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.FullPath, "config.json");
        File.WriteAllText(path, """{"id2label": {"0": "dâg", "1": "cat"}}""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        LabelSetFormatTests.Labels(LabelSet.Load(path)).Should().Equal("dâg", "cat");
    }

    [Fact]
    public void Load_InvalidFile_ThrowsWithPathAndReason()
    {
        using TemporaryFolder folder = new();
        string binary = Path.Combine(folder.FullPath, "model.onnx");
        File.WriteAllBytes(binary, EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20).ToArray());
        string large = Path.Combine(folder.FullPath, "large.txt");
        using (FileStream file = File.Create(large))
        {
            file.SetLength(17 << 20);
        }

        string json = folder.Write("labels.json", "[\"cat\",\n\"dog\"\n\"owl\"]");

        ((Action)(() => LabelSet.Load(binary))).Should().Throw<ResNetException>().WithMessage("*model.onnx*binary data*");
        ((Action)(() => LabelSet.Load(large))).Should().Throw<ResNetException>().WithMessage("*large.txt*17825792 bytes*");
        ((Action)(() => LabelSet.Load(json))).Should().Throw<ResNetException>().WithMessage("*labels.json*line 3, byte 1*");
        ((Action)(() => LabelSet.Load(folder.Write("empty.txt", "")))).Should().Throw<ResNetException>().WithMessage("*no labels*");
        ((Action)(() => LabelSet.Load(Path.Combine(folder.FullPath, "none")))).Should().Throw<FileNotFoundException>();
        ((Action)(() => LabelSet.Load(folder.FullPath))).Should().Throw<UnauthorizedAccessException>();
        ((Action)(() => LabelSet.Load(" "))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("[\"\\ud800\", \"b\"]")]
    [InlineData("{\"0\": \"\\ud800\"}")]
    [InlineData("{\"id2label\": {\"\\ud800\": \"a\"}}")]
    public void Parse_JsonWithHalfACharacter_ThrowsResNetException(string json)
        => ((Action)(() => LabelSet.Parse(json))).Should().Throw<ResNetException>();
}
