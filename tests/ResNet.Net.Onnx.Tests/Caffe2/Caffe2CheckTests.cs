namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies what the checks of a network and of a pair report.</summary>
public class Caffe2CheckTests
{
    private static readonly Caffe2Operator Fill = new("GivenTensorFill")
    {
        Outputs = ["w"],
        Arguments = [Caffe2Argument.FromInts("shape", (long[])[2, 2]), Caffe2Argument.FromFloats("values", (float[])[1, 2, 3, 4])],
    };

    private static readonly Caffe2Operator Convolution = new("Conv") { Inputs = ["x", "w"], Outputs = ["y"] };

    [Fact]
    public void CheckPair_SwappedNetworks_SaysSo()
    {
        Caffe2Net init = new() { Operators = [Fill] };
        Caffe2Net predict = new() { Operators = [Convolution] };

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
        Caffe2Operator wrong = new("GivenTensorFill")
        {
            Outputs = ["w"],
            Arguments = [Caffe2Argument.FromInts("shape", shape), Caffe2Argument.FromFloats("values", (float[])[1])],
        };

        new Caffe2Net { Operators = [wrong] }.Check().Should().ContainSingle()
            .Which.Should().StartWith("operator 0 (GivenTensorFill, output 'w')").And.Contain(problem);
    }
}
