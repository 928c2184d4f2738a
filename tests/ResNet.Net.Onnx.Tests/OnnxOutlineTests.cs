namespace ResNet.Net.Onnx.Tests;

public class OnnxOutlineTests
{
    [Fact]
    public void Read_Models_SaysWhatTheWholeModelSays()
    {
        OnnxModel model = HeadNets.Build("QLinear");

        OnnxOutline outline = Read(model.ToArray());

        outline.IrVersion.Should().Be(model.IrVersion);
        outline.Opset.Should().Be(model.Opset);
        outline.Inputs.Should().Equal(model.Graph.Inputs.Select(i => i.Name));
        outline.Initializers.Should().Equal(model.Graph.Initializers.Select(t => t.Name));
        (outline.HasExternalData, outline.HasReplaceableWeights).Should().Be((false, false));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Read_WeightsAmongTheInputs_CanBeReplacedFromIrVersion4(int irVersion, bool replaceable)
    {
        OnnxModel model = HeadNets.Build("Gemm");
        model.IrVersion = irVersion;
        model.Graph.Inputs.Add(new OnnxValueInfo("dense", OnnxElementType.Float, [5, 6]));

        Read(model.ToArray()).HasReplaceableWeights.Should().Be(replaceable);
    }

    [Fact]
    public void Read_CutAnywhere_ThrowsOrReadsWhatIsThere()
    {
        byte[] bytes = HeadNets.Build("ConstantNodes").ToArray();
        int refused = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            refused += IsRefused(bytes.AsSpan(0, length).ToArray()) ? 1 : 0;
        }

        refused.Should().BeGreaterThan(bytes.Length / 2);
    }

    [Fact]
    public void Read_DamagedBytes_ThrowsNothingElse()
    {
        byte[] bytes = HeadNets.Build("ConstantNodes").ToArray();
        Random random = new(3);
        int refused = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. bytes];
            for (int i = 0; i < 4; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            refused += IsRefused(damaged) ? 1 : 0;
        }

        refused.Should().BePositive();
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            _ = Read(bytes);
            return false;
        }
        catch (OnnxModelException)
        {
            return true;
        }
    }

    private static OnnxOutline Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return OnnxOutline.Read(stream);
    }
}
