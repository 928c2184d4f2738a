using System.Text;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// Verifies that damaged networks either load or fail with <see cref="OnnxModelException"/>, and never allocate out of proportion.
/// </summary>
public class Caffe2HostileTests
{
    private static readonly Caffe2Net Seed = new()
    {
        Name = "net",
        Type = "dag",
        WorkerCount = -1,
        DeviceOption = new Caffe2DeviceOption { DeviceType = 1, DeviceId = 2, RandomSeed = 3, NodeName = "node" },
        Arguments = [Caffe2Argument.FromInt("a", long.MinValue)],
        ExternalInputs = ["x"],
        ExternalOutputs = ["y"],
        Operators =
        [
            new("GivenTensorFill")
            {
                Name = "",
                Outputs = ["w"],
                Arguments = [Caffe2Argument.FromInts("shape", (long[])[2, 2]), Caffe2Argument.FromFloats("values", (float[])[1, 2, 3, 4])],
            },
            new("Conv")
            {
                Inputs = ["x", "w"],
                Outputs = ["y"],
                Engine = "",
                DeviceOption = new Caffe2DeviceOption(),
                ControlInputs = ["w"],
                IsGradient = false,
                Arguments =
                [
                    Caffe2Argument.FromString("order", "NCHW"),
                    new("nets") { Net = new() { Operators = [new("Relu")] }, Nets = [new(), new()], Strings = [new byte[] { 0, 255 }] },
                ],
            },
        ],
    };

    [Fact]
    public void Parse_EveryTruncation_LoadsOrThrowsOnnxModelException()
    {
        byte[] seed = Seed.ToArray();
        Caffe2Net.Parse(seed).ToArray().Should().Equal(seed);
        int rejected = Enumerable.Range(0, seed.Length).Count(length => !Exercise(seed[..length]));

        rejected.Should().BeGreaterThan(seed.Length / 2);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Parse_TenThousandMutations_LoadOrThrowOnnxModelException(int randomSeed, bool text)
    {
        byte[] seed = text ? Encoding.UTF8.GetBytes(Seed.ToText()) : Seed.ToArray();
        Random random = new(randomSeed);
        int loaded = 0;
        for (int i = 0; i < 10_000; i++)
        {
            loaded += Exercise(Mutate(seed, random)) ? 1 : 0;
        }

        loaded.Should().BeInRange(500, 9_500, "otherwise the mutations are too weak or too strong");
    }

    [Fact]
    public void Parse_FalseLength_NamesTheOperator()
    {
        byte[] bytes = Seed.ToArray();
        int order = bytes.AsSpan().IndexOf("order"u8);
        bytes[order - 1] = 0x7F;

        FluentActions.Invoking(() => Caffe2Net.Parse(bytes)).Should().Throw<OnnxModelException>()
            .WithMessage("The data is damaged or not a Caffe2 network in operator 1 (Conv, output 'y')*");
    }

    [Theory]
    [InlineData("op { type: 'A' floats: 1 }", "*line 1, column 16: the field 'floats' is unknown here*")]
    [InlineData("op {\n  type: 'A\n", "*line 2*not closed*")]
    [InlineData("op { type: 'A' type: 'B' }", "*'type' occurs twice*")]
    [InlineData("op { type: 'A' arg { name: 'i' i: 9223372036854775808 } }", "*'9223372036854775808' is not an integer from*")]
    [InlineData("name: 'empty'", "*contains no operators*")]
    public void ParseText_InvalidText_ThrowsWithThePosition(string text, string message)
        => FluentActions.Invoking(() => Caffe2Net.ParseText(text)).Should().Throw<OnnxModelException>().WithMessage(message);

    [Fact]
    public void ParseText_EveryNotation_IsRead()
    {
        Caffe2Argument argument = Caffe2Net.ParseText(
            "# comment\nop < type: \"A\" 'B'; arg: { name: 'x', f: -inf; i: -0x10, s: '\\x41\\101\\n\\'' ints: [1, 010] ints: 3 } >")
            .Operators.Single().Arguments.Single();

        argument.Float.Should().Be(float.NegativeInfinity);
        argument.Int.Should().Be(-16);
        argument.Bytes!.Value.ToArray().Should().Equal("AA\n'"u8.ToArray());
        argument.Ints.ToArray().Should().Equal(1, 8, 3);
    }

    [Fact]
    public void CheckPair_SwappedNetworks_SaysSo()
    {
        Caffe2Net init = new() { Operators = [Seed.Operators[0]] };
        Caffe2Net predict = new() { Operators = [Seed.Operators[1]] };

        Caffe2Net.CheckPair(init, predict).Should().BeEmpty();
        Caffe2Net.CheckPair(predict, init).Should().ContainSingle().Which.Should().Contain("swapped");
        Caffe2Net.CheckPair(new(), predict).Should().ContainSingle().Which.Should().Contain("operator 0 (Conv, output 'y') reads 'w'");
    }

    [Theory]
    [InlineData(new long[] { 2, -1 }, "negative")]
    [InlineData(new long[] { 5 }, "has 1 values, but its shape [5] needs 5")]
    [InlineData(new long[] { 1L << 40, 1L << 40 }, "more elements")]
    public void Check_FillOfWrongShape_SaysWhatIsWrong(long[] shape, string problem)
    {
        Caffe2Operator fill = new("GivenTensorFill")
        {
            Outputs = ["w"],
            Arguments = [Caffe2Argument.FromInts("shape", shape), Caffe2Argument.FromFloats("values", (float[])[1])],
        };

        new Caffe2Net { Operators = [fill] }.Check().Should().ContainSingle()
            .Which.Should().StartWith("operator 0 (GivenTensorFill, output 'w')").And.Contain(problem);
    }

    /// <summary>Reads bytes and, if that succeeds, writes them in both forms. Returns whether it succeeded.</summary>
    private static bool Exercise(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Caffe2Net net = Caffe2Net.Parse(bytes);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((200L * bytes.Length) + (256 << 10));
            _ = net.Check();
            byte[] written = net.ToArray();
            Caffe2Net.Parse(written).ToArray().Should().Equal(written);
            return true;
        }
        catch (OnnxModelException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int edits = random.Next(1, 3); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count - 20);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(1, 20));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - 20), random.Next(1, 20)));
                    break;
                default:
                    bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
                    break;
            }
        }

        return [.. bytes];
    }
}
