namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies both forms of a network's file on bytes and texts written by hand.</summary>
public class Caffe2NetFormTests
{
    [Fact]
    public void Parse_PackedAndUnpackedNumbers_AreEqual()
    {
        // arg { name: "v"  floats: 1  floats: 2  ints: 3  ints: -1 }, in both encodings; field 99 is unknown.
        byte[] one = [0, 0, 0x80, 0x3F], two = [0, 0, 0, 0x40], minusOne = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        byte[] name = [0x0A, 1, (byte)'v'];
        byte[] unpacked = [.. name, 0x2D, .. one, 0x2D, .. two, 0x30, 3, 0x30, .. minusOne];
        byte[] packed = [.. name, 0x2A, 8, .. one, .. two, 0x32, 11, 3, .. minusOne, 0x9A, 0x06, 2, 1, 2];

        foreach (byte[] argument in new[] { unpacked, packed })
        {
            Caffe2Argument read = Caffe2Net.Parse(WithArgument(argument)).Operators.Single().Arguments.Single();
            read.Floats.ToArray().Should().Equal(1, 2);
            read.Ints.ToArray().Should().Equal(3, -1);
            (read.Float, read.Int, read.Bytes).Should().Be((null, null, null));
        }
    }

    [Theory]
    [InlineData("op { type: 'Relu' input: \"a\" output: 'b' }")]
    [InlineData("# comment\nop: < type: \"Re\" \"lu\"; input: ['a'], output: ['b'] >")]
    [InlineData("op{type:'\\x52\\145lu',input:'a'output:'b'}")]
    public void ParseText_FormsOfTheSameNetwork_AreEqual(string text)
    {
        Caffe2Operator node = Caffe2Net.ParseText(text).Operators.Single();

        (node.Type, node.Inputs.Single(), node.Outputs.Single(), node.Name, node.Engine).Should().Be(("Relu", "a", "b", null, null));
    }

    [Fact]
    public void ParseText_Numbers_AreRead()
    {
        Caffe2Net net = Caffe2Net.ParseText(
            "op { type: 'T' arg { name: 'n' f: 1e-05 i: -0x10 floats: [inf, -INF, nan, 010, 1.5f] ints: 017 } is_gradient_op: true }");

        Caffe2Argument argument = net.Operators.Single().Arguments.Single();
        (argument.Float, argument.Int, net.Operators[0].IsGradient).Should().Be((1e-05f, -16, true));
        argument.Floats.ToArray().Should().Equal(float.PositiveInfinity, float.NegativeInfinity, float.NaN, 8, 1.5f);
        argument.Ints.ToArray().Should().Equal(15);
    }

    [Theory]
    [InlineData("op {\n  typ: 'Relu' }", "*line 2, column 3: the field 'typ' is unknown here; expected input, output*")]
    [InlineData("op { type: 'a' type: 'b' }", "*line 1, column 16: the field 'type' occurs twice*")]
    [InlineData("op { type: 'a\n' }", "*a string is not closed on its line*")]
    [InlineData("op { type: 'a'", "*expected the name of a field, but the text ends*")]
    [InlineData("op { type: '\\400' }", "*line 1, column 12: an octal escape exceeds \\377*")]
    [InlineData("op { type: 'a' arg { name: 'x' i: 9223372036854775808 } }", "*is not an integer from*")]
    [InlineData("num_workers: 1", "*it contains no operators*")]
    [InlineData("op { input: 'a' }", "*operator 0 (type not read yet, no output)*the operator has no type*")]
    public void ParseText_Invalid_ThrowsWithPosition(string text, string message)
    {
        Action parse = () => Caffe2Net.ParseText(text);

        parse.Should().Throw<OnnxModelException>().WithMessage(message);
    }

    [Fact]
    public void Parse_LengthBeyondTheFile_ThrowsWithOperatorAndArgument()
    {
        byte[] bytes = WithArgument([0x0A, 1, (byte)'v', 0x22, 100, 1]);

        Action parse = () => Caffe2Net.Parse(bytes);

        parse.Should().Throw<OnnxModelException>()
            .WithMessage("The data is damaged or not a Caffe2 network in operator 0 (T, no output), argument 'v': a field is longer*");
    }

    [Fact]
    public void Parse_NameThatIsNoUtf8_Throws()
    {
        Action parse = () => Caffe2Net.Parse([0x12, 4, 0x22, 2, 0xC3, 0x28]);

        parse.Should().Throw<OnnxModelException>().WithMessage("*a name is not valid UTF-8*");
    }

    [Fact]
    public void Save_ExistingFile_IsReplacedAsAWhole()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("net.pb", "something longer than the network that replaces it, and not a network");
        Caffe2Net net = new() { Operators = [new("Relu") { Inputs = ["x"], Outputs = ["y"] }] };

        net.Save(path);

        Caffe2Net.Load(path).ToArray().Should().Equal(net.ToArray());
        Directory.GetFiles(folder.FullPath).Should().Equal(path);
    }

    // op { type: "T"  arg { ... } }
    private static byte[] WithArgument(byte[] argument)
        => [0x12, (byte)(argument.Length + 5), 0x22, 1, (byte)'T', 0x2A, (byte)argument.Length, .. argument];
}
