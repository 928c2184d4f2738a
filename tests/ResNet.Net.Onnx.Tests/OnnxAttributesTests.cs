namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxAttributesTests
{
    private readonly OnnxNode _node = new("Op", ["x"], ["y"], "node");

    private OnnxAttributes Attributes => _node.Attributes;

    [Fact]
    public void Set_EveryType_RoundTripsThroughAFile()
    {
        Attributes.Set("int", -3);
        Attributes.Set("float", 0.25f);
        Attributes.Set("text", "ä");
        Attributes.Set("ints", [1, -2]);
        Attributes.Set("floats", [0.5f, -1]);
        Attributes.Set("none", ReadOnlySpan<long>.Empty);
        Attributes.Set("tensor", OnnxTensor.Create<long>("t", [1], [5]));

        OnnxAttributes read = OnnxModel.Parse(new TestModel(13).Node(_node).Model.ToArray()).Graph.Nodes[0].Attributes;

        read.Names.Should().Equal("int", "float", "text", "ints", "floats", "none", "tensor");
        read.GetInt("int", 0).Should().Be(-3);
        read.GetFloat("float", 0).Should().Be(0.25f);
        read.GetString("text", "").Should().Be("ä");
        read.GetInts("ints").Should().Equal(1, -2);
        read.GetFloats("floats").Should().Equal(0.5f, -1);
        read.GetInts("none").Should().BeEmpty();
        read.GetTensor("tensor")!.ToArray<long>().Should().Equal(5);
    }

    [Fact]
    public void Get_MissingAttribute_ReturnsTheDefault()
    {
        Attributes.GetInt("a", 7).Should().Be(7);
        Attributes.GetFloat("a", 7).Should().Be(7);
        Attributes.GetString("a", "b").Should().Be("b");
        Attributes.GetInts("a").Should().BeNull();
        Attributes.GetFloats("a").Should().BeNull();
        Attributes.GetTensor("a").Should().BeNull();
        Attributes.Contains("a").Should().BeFalse();
        Attributes.Remove("a").Should().BeFalse();
    }

    [Fact]
    public void Get_OtherType_ThrowsWithNodeAndAttribute()
    {
        Attributes.Set("axis", 1f);

        FluentActions.Invoking(() => Attributes.GetInt("axis", 0))
            .Should().Throw<OnnxModelException>().WithMessage("*'axis' of node 'node' (Op) has the type Float, not Int.");
        FluentActions.Invoking(() => Attributes.GetTensor("axis"))
            .Should().Throw<OnnxModelException>().WithMessage("*the type Float, not Tensor.");
    }

    [Fact]
    public void Set_ExistingName_ReplacesTheAttributeInPlace()
    {
        Attributes.Set("a", 1);
        Attributes.Set("b", 2);
        Attributes.Set("a", "text");

        Attributes.Names.Should().Equal("a", "b");
        Attributes.GetString("a", "").Should().Be("text");
        Attributes.Remove("a").Should().BeTrue();
        Attributes.Names.Should().Equal("b");
        FluentActions.Invoking(() => Attributes.Set("", 1)).Should().Throw<ArgumentException>();
    }
}
