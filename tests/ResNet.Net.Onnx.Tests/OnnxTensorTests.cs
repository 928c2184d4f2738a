using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxTensorTests
{
    [Fact]
    public void Create_EveryElementType_RoundTripsThroughAFile()
    {
        RoundTrip(OnnxElementType.Float, 1.5f, float.NaN, -0f);
        RoundTrip(OnnxElementType.Double, 1.5, double.MinValue, -0d);
        RoundTrip(OnnxElementType.Float16, (Half)1.5f, Half.MaxValue, Half.NegativeInfinity);
        RoundTrip(OnnxElementType.Int8, (sbyte)1, sbyte.MinValue, sbyte.MaxValue);
        RoundTrip(OnnxElementType.UInt8, (byte)1, byte.MinValue, byte.MaxValue);
        RoundTrip(OnnxElementType.Int16, (short)1, short.MinValue, short.MaxValue);
        RoundTrip(OnnxElementType.UInt16, (ushort)1, ushort.MinValue, ushort.MaxValue);
        RoundTrip(OnnxElementType.Int32, 1, int.MinValue, int.MaxValue);
        RoundTrip(OnnxElementType.UInt32, 1u, uint.MinValue, uint.MaxValue);
        RoundTrip(OnnxElementType.Int64, 1L, long.MinValue, long.MaxValue);
        RoundTrip(OnnxElementType.UInt64, 1ul, ulong.MinValue, ulong.MaxValue);
        RoundTrip(OnnxElementType.Bool, true, false, true);
    }

    [Fact]
    public void AsSpan_ValuesInLists_ReadsTheListOfTheType()
    {
        new OnnxTensor(Proto(OnnxElementType.Float, p => p.FloatData.Add([1.5f, -2]))).ToArray<float>().Should().Equal(1.5f, -2);
        new OnnxTensor(Proto(OnnxElementType.Double, p => p.DoubleData.Add([1.5, -2]))).ToArray<double>().Should().Equal(1.5, -2);
        new OnnxTensor(Proto(OnnxElementType.Float16, p => p.Int32Data.Add([0x3E00, 0xC000]))).ToArray<Half>().Should()
            .Equal((Half)1.5f, (Half)(-2));
        new OnnxTensor(Proto(OnnxElementType.Int8, p => p.Int32Data.Add([-128, 127]))).ToArray<sbyte>().Should().Equal(-128, 127);
        new OnnxTensor(Proto(OnnxElementType.UInt8, p => p.Int32Data.Add([0, 255]))).ToArray<byte>().Should().Equal(0, 255);
        new OnnxTensor(Proto(OnnxElementType.Int16, p => p.Int32Data.Add([-32768, 5]))).ToArray<short>().Should().Equal(-32768, 5);
        new OnnxTensor(Proto(OnnxElementType.UInt16, p => p.Int32Data.Add([65535, 5]))).ToArray<ushort>().Should().Equal(65535, 5);
        new OnnxTensor(Proto(OnnxElementType.Int32, p => p.Int32Data.Add([int.MinValue, 5]))).ToArray<int>().Should()
            .Equal(int.MinValue, 5);
        new OnnxTensor(Proto(OnnxElementType.UInt32, p => p.Uint64Data.Add([uint.MaxValue, 5]))).ToArray<uint>().Should()
            .Equal(uint.MaxValue, 5);
        new OnnxTensor(Proto(OnnxElementType.Int64, p => p.Int64Data.Add([long.MinValue, 5]))).ToArray<long>().Should()
            .Equal(long.MinValue, 5);
        new OnnxTensor(Proto(OnnxElementType.UInt64, p => p.Uint64Data.Add([ulong.MaxValue, 5]))).ToArray<ulong>().Should()
            .Equal(ulong.MaxValue, 5);
        new OnnxTensor(Proto(OnnxElementType.Bool, p => p.Int32Data.Add([1, 0]))).ToArray<bool>().Should().Equal(true, false);
    }

    [Theory]
    [InlineData(1, 3, 12)]
    [InlineData(1, 5, 20)]
    public void AsSpan_WrongNumberOfValues_ThrowsWithNameAndSizes(long first, long second, int bytes)
    {
        TensorProto proto = Proto(OnnxElementType.Float, p => p.RawData = ByteString.CopyFrom(new byte[16]));
        proto.Dims.Clear();
        proto.Dims.Add([first, second]);

        FluentActions.Invoking(() => new OnnxTensor(proto).AsSpan<float>().Length).Should().Throw<OnnxModelException>()
            .WithMessage($"*'t' Float [{first}, {second}] has 16 bytes instead of {bytes}*");
    }

    [Fact]
    public void AsSpan_OtherType_ThrowsWithBothTypes()
        => FluentActions.Invoking(() => OnnxTensor.Create<float>("t", [1], [1]).AsSpan<long>().Length)
            .Should().Throw<OnnxModelException>().WithMessage("*'t' are Float, not Int64*");

    [Theory]
    [InlineData(-1L, 2L)]
    [InlineData(long.MaxValue, 4L)]
    public void Length_InvalidShape_Throws(long first, long second)
    {
        TensorProto proto = new() { Name = "t", DataType = 1, Dims = { first, second } };

        FluentActions.Invoking(() => new OnnxTensor(proto).Length).Should().Throw<OnnxModelException>().WithMessage("*'t'*invalid shape*");
        FluentActions.Invoking(() => OnnxTensor.Create<float>("t", [first, second], [1])).Should().Throw<ArgumentException>()
            .WithParameterName("values");
    }

    [Fact]
    public void Create_WrongNumberOfValues_ThrowsWithShapeAndCounts()
        => FluentActions.Invoking(() => OnnxTensor.Create<float>("t", [2, 2], [1, 2, 3])).Should().Throw<ArgumentException>()
            .WithMessage("*[2, 2]*'t' has 4 elements*3 values*");

    [Fact]
    public void Create_UnsupportedElementType_ThrowsWithType()
        => FluentActions.Invoking(() => OnnxTensor.Create<decimal>("t", [1], [1])).Should().Throw<NotSupportedException>()
            .WithMessage("*Decimal*");

    [Fact]
    public void WithShape_SameNumberOfElements_SharesTheValues()
    {
        OnnxTensor tensor = OnnxTensor.Create<float>("t", [2, 3], [1, 2, 3, 4, 5, 6]);

        OnnxTensor copy = tensor.WithShape("u", [3, 2, 1]);

        copy.ToString().Should().Be("u Float [3, 2, 1]");
        (copy.AsSpan<float>() == tensor.AsSpan<float>()).Should().BeTrue("the same memory");
        tensor.ToString().Should().Be("t Float [2, 3]");
        FluentActions.Invoking(() => tensor.WithShape("u", [7])).Should().Throw<ArgumentException>().WithParameterName("shape");
    }

    private static void RoundTrip<T>(OnnxElementType type, params T[] values)
        where T : unmanaged
    {
        OnnxModel model = new(7, 13, "g");
        model.Graph.Initializers.Add(OnnxTensor.Create<T>("t", [1, values.Length], values));

        OnnxTensor tensor = OnnxModel.Parse(model.ToArray()).Graph.FindInitializer("t")!;

        tensor.ElementType.Should().Be(type);
        tensor.Shape.Should().Equal(1, values.Length);
        tensor.Length.Should().Be(values.Length);
        tensor.ToArray<T>().Should().Equal(values);
    }

    private static TensorProto Proto(OnnxElementType type, Action<TensorProto> fill)
    {
        TensorProto proto = new() { Name = "t", DataType = (int)type, Dims = { 2 } };
        fill(proto);
        return TensorProto.Parser.ParseFrom(proto.ToByteArray());
    }
}
