using System.Security.Cryptography;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies the synthetic networks of Caffe2 against facts about the published files.</summary>
public class Caffe2ModelsTests
{
    [Fact]
    public void BuildFloat_Predict_IsThePublishedFile()
    {
        byte[] predict = Caffe2Models.BuildFloat().Predict.ToArray();

        predict.Should().HaveCount(31_649);
        Convert.ToHexStringLower(SHA256.HashData(predict))
            .Should().Be("657081428cd8a8d9f1a6b20a8b6dba51725d3fc1eaabf0f19747a3b843e18a16");
    }

    [Fact]
    public void BuildFloat_Init_HasTheSizeOfThePublishedFile()
    {
        using MemoryStream file = new();

        Caffe2Models.BuildFloat().Init.WriteTo(file);

        file.Length.Should().Be(128_070_759);
    }

    [Fact]
    public void BuildQuantized_Predict_IsThePublishedFile()
    {
        byte[] predict = Caffe2Models.BuildQuantized().Predict.ToArray();

        predict.Should().HaveCount(18_919);
        Convert.ToHexStringLower(SHA256.HashData(predict))
            .Should().Be("490188e0b0e34df97b3ee8be5733627a1987a1ab0ee95e01def9214fdce8d03e");
    }

    [Fact]
    public void BuildQuantized_Init_HasTheWeightsOfEveryLayer()
    {
        (Caffe2Net init, Caffe2Net predict) = Caffe2Models.BuildQuantized();

        init.Operators.Where(o => o.Type == "Int8GivenTensorFill").Sum(o => o.FindArgument("values")!.Bytes!.Value.Length)
            .Should().Be(25_502_912);
        init.Operators.Where(o => o.Type == "Int8GivenIntTensorFill").Sum(o => o.FindArgument("values")!.Ints.Length)
            .Should().Be(26_560 + 1_000);
        init.Operators.SelectMany(o => o.Outputs).Should().BeEquivalentTo(predict.ExternalInputs.Where(i => i != "gpu_0/data_0"));
        init.ToArray().Length.Should().BeInRange(25_600_000, 25_800_000);
    }

    [Fact]
    public void BuildQuantized_Biases_HaveTheScaleOfTheirLayer()
    {
        (Caffe2Net init, Caffe2Net predict) = Caffe2Models.BuildQuantized();
        Dictionary<string, float> scales = init.Operators.ToDictionary(o => o.Outputs[0], o => o.FindArgument("Y_scale")?.Float ?? 0);
        Dictionary<string, float> blobs = [];

        int layers = 0;
        foreach (Caffe2Operator node in predict.Operators)
        {
            if (node.Inputs.Count == 3)
            {
                scales[node.Inputs[2]].Should().Be(blobs[node.Inputs[0]] * scales[node.Inputs[1]]);
                layers++;
            }

            blobs[node.Outputs[0]] = node.FindArgument("Y_scale")?.Float ?? 0;
        }

        layers.Should().Be(54);
    }
}
