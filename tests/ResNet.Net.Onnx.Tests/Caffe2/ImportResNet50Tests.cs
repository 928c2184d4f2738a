using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies the import of both ResNet-50 networks with synthetic weights.</summary>
public class ImportResNet50Tests
{
    private const int ValueCount = 76;

    private static readonly Lazy<(Caffe2Net Init, Caffe2Net Predict)> Quantized = new(() => Caffe2Models.BuildQuantized());

    private static readonly Lazy<float[]> Images = new(() => SampleImages.Preprocess(PreprocessingProfile.Caffe2));

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
        List<(string Type, long[] Shape, float[] Values)> expected = await InterpretAsync(init, predict);

        expected.Should().HaveCount(ValueCount);
        actual.Should().HaveCount(ValueCount - 1, "the change of the layout isn't a value in ONNX");
        List<string> report = [];
        for (int i = 0; i < actual.Length; i++)
        {
            (string type, long[] shape, float[] values) = expected[i + 1];
            actual[i].Shape.Should().Equal(shape, "of value {0}, {1}", i + 1, type);
            float largest = 0;
            int equal = 0;
            for (int j = 0; j < values.Length; j++)
            {
                float difference = Math.Abs(values[j] - actual[i].Values[j]);
                largest = Math.Max(largest, difference);
                equal += difference == 0 ? 1 : 0;
            }

            report.Add($"{i + 1} {type} {largest} {(double)equal / values.Length:P4} distinct {values.Distinct().Count()}");
        }

        Console.WriteLine(string.Join('\n', report));
    }

    private static string[] ValueNames(OnnxModel model)
        => [.. model.Graph.Nodes
            .Where(n => n.OpType.StartsWith("QLinear", StringComparison.Ordinal)
                || n.OpType is "QuantizeLinear" or "QGemm" or "MaxPool" or "Softmax"
                || (n.OpType == "DequantizeLinear" && model.Graph.Nodes.Any(s => s.OpType == "Softmax" && s.Inputs[0] == n.Outputs[0])))
            .Select(n => n.Outputs[0])];

    private static async Task<List<(string Type, long[] Shape, float[] Values)>> InterpretAsync(Caffe2Net init, Caffe2Net predict)
    {
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
                ? [.. bytes.Skip(start).Take(length).Select(b => (float)b)]
                : MemoryMarshal.Cast<byte, float>(bytes.AsSpan(start, 4 * length)).ToArray()));
            start += words[1] == "u1" ? length : 4 * length;
        }

        return results;
    }
}
