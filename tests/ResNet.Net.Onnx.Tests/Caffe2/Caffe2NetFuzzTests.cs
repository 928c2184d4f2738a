using System.Text;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// Verifies that damaged networks either load or fail with <see cref="OnnxModelException"/>, without memory out of proportion to their size.
/// </summary>
public class Caffe2NetFuzzTests
{
    // Objects of small messages: an argument of four bytes takes about 200.
    private const int MaxBytesPerByte = 100;
    private const int MaxBaseBytes = 1 << 18;

    private static readonly Caffe2Net Net = CreateNet();
    private static readonly byte[] Binary = Net.ToArray();
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(Net.ToText());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parse_EveryTruncation_LoadsOrThrowsOnnxModelException(bool isText)
    {
        byte[] seed = isText ? Text : Binary;

        int rejected = Enumerable.Range(0, seed.Length).Count(length => !Exercise(seed.AsSpan(0, length)));

        rejected.Should().BeGreaterThan(seed.Length / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parse_TwentyThousandMutations_LoadOrThrowOnnxModelException(bool isText)
    {
        byte[] seed = isText ? Text : Binary;
        Random random = new(18);
        int loaded = 0, rejected = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Mutate(seed, random);
            _ = Exercise(bytes) ? loaded++ : rejected++;
        }

        // Both must happen. Otherwise the mutations are too weak or too strong.
        loaded.Should().BeGreaterThan(500);
        rejected.Should().BeGreaterThan(500);
    }

    [Fact]
    public void Parse_FalseLengths_AllocateInProportionToTheFile()
    {
        // Replaces each byte in turn by the length 2 GiB - 1. Exercise verifies the allocations.
        for (int i = 0; i < Binary.Length; i++)
        {
            Exercise([.. Binary[..i], 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. Binary[(i + 1)..]]);
        }
    }

    [Fact]
    public void Parse_DeeplyNestedNets_Throws()
    {
        // An operator whose argument has a network whose operator ...
        byte[] bytes = [.. new Caffe2Net { Operators = [new("Leaf")] }.ToArray()];
        for (int i = 0; i < 100; i++)
        {
            bytes = Field(2, [.. Field(4, "If"u8), .. Field(5, [.. Field(1, "n"u8), .. Field(8, bytes)])]);
        }

        Action parse = () => Caffe2Net.Parse(bytes);

        parse.Should().Throw<OnnxModelException>().WithMessage("*more than 64 messages are nested*");
    }

    [Fact]
    public void Parse_MillionsOfEmptyArguments_Throws()
    {
        byte[] bytes = Field(2, [.. Field(4, "Relu"u8), .. Enumerable.Repeat(Field(5, Field(1, [])), 1_000_001).SelectMany(b => b)]);

        Action parse = () => Caffe2Net.Parse(bytes);

        parse.Should().Throw<OnnxModelException>().WithMessage("*operator 0 (Relu, no output)*more than 1000000*");
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content)
    {
        List<byte> bytes = [(byte)((number << 3) | 2)];
        uint length = (uint)content.Length;
        for (; length >= 0x80; length >>= 7)
        {
            bytes.Add((byte)(length | 0x80));
        }

        return [.. bytes, (byte)length, .. content];
    }

    private static bool Exercise(ReadOnlySpan<byte> bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool loaded = true;
        try
        {
            Caffe2Net net = Caffe2Net.Parse(bytes);
            _ = net.ToArray();
        }
        catch (OnnxModelException exception)
        {
            exception.Message.Should().EndWith(".");
            loaded = false;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MaxBaseBytes + ((long)MaxBytesPerByte * bytes.Length));
        return loaded;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private static Caffe2Net CreateNet() => new()
    {
        Name = "net",
        Type = "dag",
        WorkerCount = -1,
        DeviceOption = new Caffe2DeviceOption { DeviceType = 1, DeviceId = 2, RandomSeed = 3, NodeName = "host" },
        Arguments = [Caffe2Argument.FromInt("negative", -5)],
        ExternalInputs = ["x", "w"],
        ExternalOutputs = ["y"],
        Operators =
        [
            new("Int8Conv")
            {
                Name = string.Empty,
                Engine = "DNNLOWP",
                Inputs = ["x", "w"],
                Outputs = ["y"],
                ControlInputs = ["z"],
                IsGradient = false,
                DeviceOption = new Caffe2DeviceOption(),
                Arguments =
                [
                    Caffe2Argument.FromFloat("Y_scale", 0.25f),
                    Caffe2Argument.FromString("order", "NHWC"),
                    Caffe2Argument.FromBytes("values", new byte[] { 0, 1, 127, 128, 255, (byte)'"', (byte)'\\', (byte)'\n' }),
                    Caffe2Argument.FromFloats("floats", new[] { 1f, -2.5f, float.NaN, float.PositiveInfinity }),
                    Caffe2Argument.FromInts("ints", new[] { 0L, -1, long.MaxValue, long.MinValue }),
                    new("strings") { Strings = ["a"u8.ToArray(), Array.Empty<byte>()] },
                    new("nets") { Net = new Caffe2Net { Operators = [new("Relu")] }, Nets = [new Caffe2Net { Operators = [new("Sum")] }] },
                ],
            },
        ],
    };
}
