namespace ResNet.Net.Tests;

/// <summary>Reads labels in every format that people keep them in.</summary>
public class LabelSetFormatTests
{
    [Theory]
    [InlineData("cat\ndog\nowl")]
    [InlineData("cat\r\ndog\r\nowl\r\n")]
    [InlineData("  cat \rdog\towl", "cat", "dog\towl")]
    [InlineData("cat\ndog\nowl\n\n\n")]
    [InlineData("# classes of the model\n# version 2\ncat\ndog\nowl")]
    [InlineData("cat,\ndog,\nowl")]
    [InlineData("\"cat\",\n\"dog\",\n\"owl\",")]
    [InlineData("'cat',\n'dog',\n'owl'")]
    [InlineData("0 cat\n1 dog\n2 owl")]
    [InlineData("0: cat\r\n1: dog\r\n2: owl\r\n")]
    [InlineData("0:cat\n1:dog\n2:owl")]
    [InlineData("0,cat\n1,dog\n2,owl")]
    [InlineData("0;cat\n1;dog\n2;owl")]
    [InlineData("0\tcat\n1\tdog\n2\towl")]
    [InlineData("000 cat\n001 dog\n002 owl")]
    [InlineData("2 owl\n0 cat\n1 dog")]
    [InlineData("0 cat\n\n1 dog\n# the last\n2 owl")]
    [InlineData("id,name\n0,cat\n1,dog\n2,owl")]
    [InlineData("0,\"cat, tabby\"\n1,\"the \"\"dog\"\"\"", "cat, tabby", "the \"dog\"")]
    [InlineData("0 cat: tabby\n1 dog, 2 owls", "cat: tabby", "dog, 2 owls")]
    public void Parse_Lines_ReturnsLabels(string text, params string[] expected)
        => Labels(LabelSet.Parse(text)).Should().Equal(expected.Length > 0 ? expected : ["cat", "dog", "owl"]);

    [Theory]
    [InlineData("7 up", "101 dalmatians")]
    [InlineData("1 star", "2 stars", "3 stars")]
    [InlineData("0 stars", "1 star", "2 stars", "3 stars", "4 stars", "5 stars")]
    [InlineData("0 degrees", "90 degrees", "180 degrees")]
    [InlineData("0 cat", "dog")]
    [InlineData("0", "1", "2")]
    [InlineData("7777777777 up", "0 cat")]
    [InlineData("[background]", "cat")]
    [InlineData("{other}", "cat")]
    [InlineData("[", "{", "]")]
    [InlineData("#", "cat", "# sign")]
    [InlineData("red, dark", "green", "n12345678")]
    [InlineData("n12345678", "n12345679")]
    [InlineData("names: a list", "cat")]
    [InlineData("cat,", "dog", "owl,")]
    [InlineData("\"cat\"", "dog")]
    [InlineData("it's", "rock 'n' roll'")]
    public void Parse_LinesThatResembleAnotherFormat_ReturnsThemUnchanged(params string[] lines)
        => Labels(LabelSet.Parse(string.Join('\n', lines))).Should().Equal(lines);

    [Theory]
    [InlineData("""["cat", "dog", "owl"]""")]
    [InlineData("""["cat", "dog", "owl",]""")]
    [InlineData("[\n  // the classes\n  \"cat\",\n  \"dog\", /* the second */\n  \"owl\"\n]")]
    [InlineData("""{"0": "cat", "1": "dog", "2": "owl"}""")]
    [InlineData("""{"2": "owl", "1": "dog", "0": "cat"}""")]
    [InlineData("""{"cat": 0, "dog": 1, "owl": 2}""")]
    [InlineData("""{"owl": "2", "dog": "1", "cat": "0"}""")]
    [InlineData("""{"id2label": {"0": "cat", "1": "dog", "2": "owl"}, "label2id": {"cat": 0, "dog": 1, "owl": 2}, "image_size": 224}""")]
    [InlineData("""{"architectures": ["ResNetForImageClassification"], "label2id": {"owl": "2", "dog": "1", "cat": "0"}}""")]
    [InlineData("""{"labels": ["cat", "dog", "owl"]}""")]
    [InlineData("""{0: 'cat', 1: 'dog', 2: 'owl'}""")]
    [InlineData("""{0: "cat", 1: 'dog', 2: 'owl',}""")]
    [InlineData("""['cat', "dog", 'owl']""")]
    [InlineData("""["cat", 'dog', 'owl']""")]
    [InlineData("""{'0': 'cat', '1': 'dog', '2': 'owl'}""")]
    [InlineData("{\n  0: 'cat',  # the first\n  1: 'dog',\n  2: 'owl',\n}")]
    [InlineData("""{0: 'child\'s', 1: "dog's", 2: 'caf\xe9 \u00e9 \\'}""", "child's", "dog's", @"café é \")]
    [InlineData("""{0: "a, b", 1: 'c: {d}', 2: '# e'}""", "a, b", "c: {d}", "# e")]
    [InlineData("""["caf\u00e9", "a\"b", "\ud83d\ude00"]""", "café", "a\"b", "😀")]
    [InlineData("names:\n  0: cat\n  1: dog\n  2: owl\n")]
    [InlineData("# dataset\npath: ../data\ntrain: images\n\nnc: 3\nnames:\n- cat\n- dog\n- owl\ndownload: x")]
    [InlineData("nc: 3\nnames: [cat, dog, 'owl'] # all\n")]
    [InlineData("names: ['cat', 'dog',\n        \"owl\"]\nnc: 3")]
    [InlineData("names: {0: cat, 1: dog, 2: owl}\n")]
    [InlineData("names:\n  - \"caf\\u00e9\"\n  - \"a \\\"b\\\"\"\n", "caf\u00e9", "a \"b\"")]
    [InlineData("names:\n  - traffic light # red\n  - 'child''s'\n  - \"a: b\"\n", "traffic light", "child's", "a: b")]
    public void Parse_Collection_ReturnsLabels(string text, params string[] expected)
        => Labels(LabelSet.Parse(text)).Should().Equal(expected.Length > 0 ? expected : ["cat", "dog", "owl"]);

    [Theory]
    [InlineData("n01440764 tench, Tinca tinca\nn01443537 goldfish\n")]
    [InlineData("n01440764\ttench, Tinca tinca\nn01443537\tgoldfish\n")]
    [InlineData("n01440764,tench, Tinca tinca\nn01443537,goldfish\n")]
    [InlineData("0 n01440764 tench, Tinca tinca\n1 n01443537 goldfish\n")]
    [InlineData("""{"0": ["n01440764", "tench, Tinca tinca"], "1": ["n01443537", "goldfish"]}""")]
    [InlineData("""[["n01440764", "tench, Tinca tinca"], ["n01443537", "goldfish"]]""")]
    public void Parse_SynsetIds_SplitsIdsAndLabels(string text)
    {
        LabelSet labels = LabelSet.Parse(text);

        Labels(labels).Should().Equal("tench, Tinca tinca", "goldfish");
        (labels.GetSynsetId(0), labels.GetSynsetId(1)).Should().Be(("n01440764", "n01443537"));
    }

    [Theory]
    [InlineData("", "*'list'*there are no labels*")]
    [InlineData("\n\n", "*there are no labels*")]
    [InlineData("[]", "*there are no labels*")]
    [InlineData("{}", "*there are no labels*")]
    [InlineData("cat\n\ndog", "*label 1 is empty*")]
    [InlineData("""["cat", ""]""", "*label 1 is empty*")]
    [InlineData("""["cat", null]""", "*the value of '?1?' is null*")]
    [InlineData("""{"0": {"name": "cat"}}""", "*the value of '0' is {*")]
    [InlineData("0 cat\n1 dog\n3 owl", "*indexes must run from 0 to 2, but 2 is missing and 3 is the largest*")]
    [InlineData("0 cat\n1 dog\n1 owl", "*the index 1 has two labels, 'dog' and 'owl'*")]
    [InlineData("""{"0": "cat", "2": "dog"}""", "*from 0 to 1, but 1 is missing*")]
    [InlineData("""{"1": "cat", "2": "dog"}""", "*from 0 to 1, but 0 is missing and 2 is the largest*")]
    [InlineData("""{"0": "cat", "0": "dog"}""", "*the index 0 has two labels*")]
    [InlineData("""{"cat": 0, "dog": 0}""", "*the index 0 has two labels, 'cat' and 'dog'*")]
    [InlineData("""{"cat": 1, "dog": 2}""", "*0 is missing*")]
    [InlineData("""{"cat": "a"}""", "*neither indexes to labels nor labels to indexes*'cat'*")]
    [InlineData("""{"image_size": 224, "model_type": "resnet"}""", "*neither indexes to labels nor labels to indexes*")]
    [InlineData("""{"0": 1, "1": 0}""", "*ambiguous*")]
    [InlineData("{\"0\": \"cat\",\n \"1\" \"dog\"}", "*JSON is invalid at line 2, byte 6*")]
    [InlineData("[\"cat\", \"dog", "*JSON is invalid at line 1*")]
    [InlineData("{0: 'cat', 1: dog}", "*a label is expected at character 15, not 'dog}'*")]
    [InlineData("{0: 'cat', 1: 'dog'", "*',' is expected at character 20, not the end*")]
    [InlineData("{0: __import__('os')}", "*a label is expected*")]
    [InlineData("names:\n  cat\n", "*the line 'cat' under the key 'names'*")]
    public void Parse_InvalidText_ThrowsWithTheReason(string text, string message)
        => ((Action)(() => LabelSet.Parse(text, "list"))).Should().Throw<ResNetException>().WithMessage(message);

    [Fact]
    public void Parse_DigitsByIdentity_ReturnsThem()
        => Labels(LabelSet.Parse("""{"0": 0, "1": 1, "2": 2}""")).Should().Equal("0", "1", "2");

    [Fact]
    public void Parse_ThousandLabels_EqualsImageNetInEveryFormat()
    {
        IEnumerable<int> indexes = Enumerable.Range(0, 1000);
        string[] texts =
        [
            string.Join('\n', indexes.Select(i => $"{LabelSet.ImageNet.GetSynsetId(i)} {LabelSet.ImageNet[i]}")),
            string.Join('\n', indexes.Select(i => $"{i}: {LabelSet.ImageNet[i]}")),
            string.Join('\n', indexes.Select(i => $"{i} {LabelSet.ImageNet[i]}")),
            $"{{{string.Join(", ", indexes.Select(i => $"{i}: \"{LabelSet.ImageNet[i]}\""))}}}",
            $"{{{string.Join(", ", indexes.Select(i => $"\"{i}\": \"{LabelSet.ImageNet[i]}\""))}}}",
        ];

        foreach (string text in texts)
        {
            Labels(LabelSet.Parse(text)).Should().Equal(Labels(LabelSet.ImageNet));
        }
    }

    [Fact]
    public void Parse_RandomText_ReturnsLabelsOrThrowsResNetException()
    {
        const string Alphabet = "{}[]():,'\"\\#-01 2\nnames:u\tx\u00e9";
        Random random = new(14);
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 24)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                read += LabelSet.Parse(text).Count > 0 ? 1 : 0;
            }
            catch (ResNetException)
            {
            }
        }

        read.Should().BeInRange(1, 19_999);
    }

    internal static IEnumerable<string> Labels(LabelSet labels) => Enumerable.Range(0, labels.Count).Select(i => labels[i]);
}
