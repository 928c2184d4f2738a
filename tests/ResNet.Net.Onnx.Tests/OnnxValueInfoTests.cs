namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxValueInfoTests
{
    [Fact]
    public void Shape_FixedNamedAndUnknownDimensions_RoundTrip()
    {
        OnnxValueInfo value = new("x", OnnxElementType.Float, [2, "N", default]);

        value.Shape.Should().Equal(2, "N", new OnnxDimension(null, null));
        value.ToString().Should().Be("x Float [2, N, ?]");
    }

    [Fact]
    public void Shape_UnknownRankAndScalar_Differ()
    {
        OnnxValueInfo value = new("x", OnnxElementType.Int64, null);
        value.Shape.Should().BeNull();
        value.ToString().Should().Be("x Int64 of unknown shape");

        value.Shape = [];

        value.Shape.Should().NotBeNull().And.BeEmpty();
        FluentActions.Invoking(() => new OnnxValueInfo("", OnnxElementType.Float, null)).Should().Throw<ArgumentException>();
    }
}
