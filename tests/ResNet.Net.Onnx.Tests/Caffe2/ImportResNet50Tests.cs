using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies the import of both ResNet-50 networks with synthetic weights.</summary>
public class ImportResNet50Tests
{
    private const int ValueCount = 76, ImageLength = 3 * 224 * 224, FeatureCount = 2048, ClassCount = 1000;

    private static readonly Lazy<(Caffe2Net Init, Caffe2Net Predict)> Quantized = new(() => Caffe2Models.BuildQuantized());

    private static readonly Lazy<float[]> Images = new(() => SampleImages.Preprocess(PreprocessingProfile.Caffe2));

    private static readonly Lazy<Task<List<(string Type, long[] Shape, float[] Values)>>> Interpreted = new(InterpretAsync);

    public static TheoryData<QuantizationFormat> Formats => [QuantizationFormat.QOperator, QuantizationFormat.Qdq];

    private static long[] Shape => [SampleImages.Count, 3, 224, 224];

    // dnnlowp.py implements Caffe2's arithmetic and shares no code with the importer.
    [PythonNumpyTheory]
    [MemberData(nameof(Formats))]
    public async Task Import_QuantizedNetwork_ComputesEveryValueOfCaffe2(QuantizationFormat format)
    {
        (Caffe2Net init, Caffe2Net predict) = Quantized.Value;
        OnnxModel model = Caffe2Importer.Import(init, predict, new Caffe2ImportOptions { Format = format }).Model;
        string[] names = ValueNames(model);
        foreach (string name in names[..^2])
        {
            model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.UInt8, null));
        }

        model.Graph.Outputs.Add(new OnnxValueInfo(names[^2], OnnxElementType.Float, null));

        (float[] Values, long[] Shape)[] actual = ModelRun.OutputsOf(
            model, names, GraphOptimizationLevel.ORT_ENABLE_ALL, ("gpu_0/data_0", Shape, Images.Value));
        List<(string Type, long[] Shape, float[] Values)> expected = await Interpreted.Value;

        expected.Should().HaveCount(ValueCount);
        actual.Should().HaveCount(ValueCount - 1, "the change of the layout isn't a value in ONNX");
        for (int i = 0; i < actual.Length; i++)
        {
            (string type, long[] shape, float[] values) = expected[i + 1];
            actual[i].Shape.Should().Equal(shape, "of value {0}, {1}", i + 1, type);
            (float largest, double equal) = Compare(actual[i].Values, values);
            if (type is "Int8Dequantize" or "Softmax")
            {
                continue;
            }

            largest.Should().BeLessThanOrEqualTo(1, "of value {0}, {1}", i + 1, type);
            equal.Should().BeGreaterThanOrEqualTo(
                format == QuantizationFormat.QOperator ? 0.9999 : 0.999, "of value {0}, {1}", i + 1, type);
            values.Distinct().Should().HaveCountGreaterThan(20, "value {0}, {1}, must not be constant", i + 1, type);
        }

        const float DenseScale = 0.235032f, Tolerance = 1e-6f;
        Compare(actual[^2].Values, expected[^2].Values).Largest.Should().BeLessThanOrEqualTo(DenseScale + Tolerance);
        Classes(actual[^1].Values).Should().Equal(Classes(expected[^1].Values));
    }

    [Fact]
    public void Import_FloatNetwork_ComputesTheScoresOfTheSameWeightsInOnnx()
    {
        (Caffe2Net init, Caffe2Net predict) = Caffe2Models.BuildFloat();
        OnnxModel zoo = ZooModels.Build("resnet50-caffe2-v1-9");

        Caffe2ImportResult result = Caffe2Importer.Import(init, predict);

        result.Warnings.Should().BeEmpty();
        result.Model.Check().Should().BeEmpty();
        float[] image = Images.Value[..ImageLength];
        (float[] actual, long[] shape) = ModelRun.Of(result.Model, ("gpu_0/data", [1, 3, 224, 224], image));
        float[] expected = ModelRun.Of(zoo, ("gpu_0/data_0", [1, 3, 224, 224], image)).Values;
        shape.Should().Equal(1, ClassCount);
        Compare(actual, expected).Largest.Should().BeLessThan(1e-5f);
        Classes(actual).Should().Equal(Classes(expected));

        ClassifierHead head = ClassifierHead.Find(result.Model);
        (head.DenseNode.OpType, head.FeatureCount, head.ClassCount).Should().Be(("Gemm", FeatureCount, ClassCount));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Import_QuantizedNetwork_IsAClassifierWithFeaturesAndActivationMaps(QuantizationFormat format)
    {
        (Caffe2Net init, Caffe2Net predict) = Quantized.Value;

        Caffe2ImportResult result = Caffe2Importer.Import(init, predict, new Caffe2ImportOptions { Format = format });

        result.Warnings.Should().BeEmpty();
        OnnxModel model = result.Model;
        model.Check().Should().BeEmpty();
        model.Opset.Should().Be(13);
        model.Graph.Inputs.Should().ContainSingle().Which.ToString().Should().Be("gpu_0/data_0 Float [N, 3, 224, 224]");
        model.Graph.Outputs.Should().ContainSingle().Which.ToString().Should().Be("gpu_0/softmax_1 Float [N, 1000]");
        using MemoryStream file = new(model.ToArray());
        OnnxModelSummary summary = OnnxModelSummary.Read(file);
        summary.FindOutputContent("gpu_0/softmax_1").Should().Be(OnnxOutputContent.Softmax);
        summary.FindInputUse("gpu_0/data_0").Layout.Should().Be(OnnxImageLayout.Nchw);

        ClassifierHead head = ClassifierHead.Find(model);
        (head.DenseNode.OpType, head.FeatureCount, head.ClassCount)
            .Should().Be((format == QuantizationFormat.QOperator ? "QGemm" : "Gemm", FeatureCount, ClassCount));
        head.AddFeatures("features");
        head.AddActivationMaps("maps");
        string logits = model.Graph.Nodes.Single(n => n.OpType == "Softmax").Inputs[0];
        model.Graph.Outputs.Add(new OnnxValueInfo(logits, OnnxElementType.Float, null));
        (float[] Values, long[] Shape)[] outputs = ModelRun.OutputsOf(
            model, ["features", "maps", logits], GraphOptimizationLevel.ORT_ENABLE_ALL, ("gpu_0/data_0", Shape, Images.Value));

        outputs[0].Shape.Should().Equal(Shape[0], FeatureCount);
        outputs[1].Shape.Should().Equal(Shape[0], ClassCount, 7, 7);

        // The dense layer rounds to steps of 0.235, and the pool to steps of 0.2285 per feature.
        const float HalfStep = 0.235032f / 2, Tolerance = 1e-3f;
        for (int row = 0; row < outputs[2].Values.Length; row++)
        {
            (int image, int label) = (row / ClassCount, row % ClassCount);
            ReadOnlySpan<float> weights = head.Weights.Span.Slice(label * FeatureCount, FeatureCount);
            double score = head.Bias.Span[label];
            for (int i = 0; i < weights.Length; i++)
            {
                score += weights[i] * outputs[0].Values[(image * FeatureCount) + i];
            }

            ((double)outputs[2].Values[row]).Should().BeApproximately(score, HalfStep + Tolerance);
        }
    }

    [Fact]
    public void Import_QuantizedNetwork_ComputesTheSameForEachBatchSize()
    {
        (Caffe2Net init, Caffe2Net predict) = Quantized.Value;
        OnnxModel model = Caffe2Importer.Import(init, predict).Model;

        float[] batch = ModelRun.Of(model, ("gpu_0/data_0", Shape, Images.Value)).Values;
        float[] single = ModelRun.Of(model, ("gpu_0/data_0", [1, 3, 224, 224], Images.Value[^ImageLength..])).Values;

        batch[^ClassCount..].Should().Equal(single);
    }

    private static (float Largest, double Equal) Compare(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        float largest = 0;
        int equal = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            float difference = Math.Abs(expected[i] - actual[i]);
            largest = Math.Max(largest, difference);
            equal += difference == 0 ? 1 : 0;
        }

        return (largest, (double)equal / expected.Length);
    }

    private static int[] Classes(float[] scores) => [.. scores.Chunk(ClassCount).Select(s => Array.IndexOf(s, s.Max()))];

    private static string[] ValueNames(OnnxModel model)
        => [.. model.Graph.Nodes
            .Where(n => n.OpType.StartsWith("QLinear", StringComparison.Ordinal)
                || n.OpType is "QuantizeLinear" or "QGemm" or "MaxPool" or "Softmax"
                || (n.OpType == "DequantizeLinear" && model.Graph.Nodes.Any(s => s.OpType == "Softmax" && s.Inputs[0] == n.Outputs[0])))
            .Select(n => n.Outputs[0])];

    private static async Task<List<(string Type, long[] Shape, float[] Values)>> InterpretAsync()
    {
        (Caffe2Net init, Caffe2Net predict) = Quantized.Value;
        using TemporaryFolder folder = new();
        string initPath = folder["init_net.pb"], predictPath = folder["predict_net.pb"];
        string input = folder["input"], output = folder["output"];
        init.Save(initPath);
        predict.Save(predictPath);
        await File.WriteAllBytesAsync(input, MemoryMarshal.AsBytes(Images.Value.AsSpan()).ToArray());
        string program = await File.ReadAllTextAsync(
            Path.Combine(TestFolders.Repository, "tests", "ResNet.Net.Onnx.Tests", "Caffe2", "dnnlowp.py"));

        string lines = await OnnxChecker.RunAsync(program, string.Empty, initPath, predictPath, input, output, "224", "224");

        byte[] bytes = await File.ReadAllBytesAsync(output);
        List<(string Type, long[] Shape, float[] Values)> results = [];
        int start = 0;
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            long[] shape = [.. words[2..].Select(long.Parse)];
            int length = (int)shape.Aggregate((a, b) => a * b);
            results.Add((words[0], shape, words[1] == "u1"
                ? [.. bytes.AsSpan(start, length).ToArray().Select(b => (float)b)]
                : MemoryMarshal.Cast<byte, float>(bytes.AsSpan(start, 4 * length)).ToArray()));
            start += words[1] == "u1" ? length : 4 * length;
        }

        return results;
    }
}
