namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void Parse_ThenToArray_GivesTheSameBytes()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans([1, 2, 3, 4, 5, 6], [7, 8], [-1, 3, 4, 4]);

        OnnxModel model = OnnxModel.Parse(bytes);

        model.Check().Should().BeEmpty();
        model.ToArray().Should().Equal(bytes);
    }
}
