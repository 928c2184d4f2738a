using System.Security.Cryptography;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies reading and writing against the two real networks in <see cref="TestFolders.Shared"/>.</summary>
public class Caffe2NetTests
{
    [SharedTheory]
    [InlineData("resnet50_predict_net", "657081428cd8a8d9f1a6b20a8b6dba51725d3fc1eaabf0f19747a3b843e18a16", 175, 269)]
    [InlineData("resnet50_quantized_predict_net", "490188e0b0e34df97b3ee8be5733627a1987a1ab0ee95e01def9214fdce8d03e", 76, 110)]
    public void Load_RealNetwork_IsWrittenByteForByteFromBothForms(string name, string sha256, int operators, int inputs)
    {
        string path = Path.Combine(TestFolders.Shared, "caffe2", name);
        byte[] expected = File.ReadAllBytes(path + ".pb");
        Convert.ToHexStringLower(SHA256.HashData(expected)).Should().Be(sha256);

        Caffe2Net binary = Caffe2Net.Load(path + ".pb");
        Caffe2Net text = Caffe2Net.Load(path + ".pbtxt");

        binary.Operators.Should().HaveCount(operators);
        binary.ExternalInputs.Should().HaveCount(inputs);
        binary.ToArray().Should().Equal(expected);
        text.ToArray().Should().Equal(expected);
        Caffe2Net.ParseText(text.ToText()).ToArray().Should().Equal(expected);
    }

    [SharedFact]
    public void ToText_RealQuantizedNetwork_EqualsThePublishedText()
    {
        string path = Path.Combine(TestFolders.Shared, "caffe2", "resnet50_quantized_predict_net");

        Caffe2Net.Load(path + ".pb").ToText().Should().Be(File.ReadAllText(path + ".pbtxt"));
    }
}
