using System.Runtime.InteropServices;

namespace ResNet.Net.Onnx.Tests;

public class OnnxTensorParseTests
{
    // The fields of onnx.proto: dims 1 and 2, data_type FLOAT, name "data". The values follow.
    private static readonly byte[] Header = [0x08, 1, 0x08, 2, 0x10, 1, 0x42, 4, (byte)'d', (byte)'a', (byte)'t', (byte)'a'];
    private static readonly byte[] Values = MemoryMarshal.AsBytes<float>([1.5f, -2]).ToArray();

    [Fact]
    public void Parse_RawData_ReadsNameShapeAndValues()
    {
        OnnxTensor tensor = OnnxTensor.Parse([.. Header, 0x4a, 8, .. Values]);

        tensor.ToString().Should().Be("data Float [1, 2]");
        tensor.ToArray<float>().Should().Equal(1.5f, -2);
    }

    [Fact]
    public void Parse_FloatData_ReadsPackedAndUnpackedValues()
    {
        // Writers of proto2 may use either form.
        OnnxTensor.Parse([.. Header, 0x22, 8, .. Values]).ToArray<float>().Should().Equal(1.5f, -2);
        OnnxTensor.Parse([.. Header, 0x25, .. Values[..4], 0x25, .. Values[4..]]).ToArray<float>().Should().Equal(1.5f, -2);
    }

    [Fact]
    public void Parse_SerializedTensor_RoundTrips()
    {
        OnnxTensor tensor = OnnxTensor.Create<float>("data", [1, 2], [1.5f, -2]);

        byte[] bytes = tensor.Serialize();

        bytes.Should().Equal([.. Header, 0x4a, 8, .. Values]);
        OnnxTensor.Parse(bytes).Serialize().Should().Equal(bytes);
    }

    [Fact]
    public void Serialize_EveryElementType_RoundTrips()
    {
        RoundTrip<double>([1.25, -3]);
        RoundTrip<Half>([(Half)1.5, Half.NaN]);
        RoundTrip<sbyte>([-128, 127]);
        RoundTrip<byte>([0, 255]);
        RoundTrip<int>([int.MinValue, 7]);
        RoundTrip<long>([long.MaxValue, -1]);
        RoundTrip<bool>([true, false]);
    }

    [Theory]
    [InlineData("", "not an ONNX tensor*element type 0")]
    [InlineData("ff", "not an ONNX tensor")]
    [InlineData("08011001", "0 values instead of 1")]
    [InlineData("080110014a0400000000ff", "not an ONNX tensor")]
    [InlineData("080210014a0400000000", "4 bytes instead of 8")]
    [InlineData("08ffffffffffffffffff0110014a0400000000", "invalid shape")]
    [InlineData("0801100170016a00", "external file")]
    [InlineData("0801101f4a0400000000", "element type 31")]
    public void Parse_InvalidBytes_ThrowsWithReason(string hexadecimal, string reason)
        => FluentActions.Invoking(() => OnnxTensor.Parse(Convert.FromHexString(hexadecimal)))
            .Should().Throw<OnnxModelException>().WithMessage($"*{reason}*");

    private static void RoundTrip<T>(T[] values)
        where T : unmanaged
    {
        OnnxTensor tensor = OnnxTensor.Parse(OnnxTensor.Create<T>("t", [2], values).Serialize());

        tensor.ToArray<T>().Should().Equal(values);
        tensor.Shape.Should().Equal(2);
    }
}
