using System.IO.Compression;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Quantizes the embedded model with 512 training images and evaluates it on all 10,000 test images of CIFAR-10.</summary>
public class Cifar10AccuracyTests
{
    private const int Calibration = 512;

    [SharedFact]
    public void Quantize_EveryMethod_KeepsTheAccuracyAndReproducesTheEmbeddedModel()
    {
        CalibrationSet training = Open("cifar10-train.zip", Calibration).Images;
        (CalibrationSet test, int[] classes) = Open("cifar10-test.zip", int.MaxValue);
        float[][] planes = [.. Enumerable.Range(0, test.Count).Select(i => Read(test, i))];
        double before = Top1(EmbeddedModel.Float, planes, classes);

        Dictionary<CalibrationMethod, double> drops = [];
        foreach (CalibrationMethod method in Enum.GetValues<CalibrationMethod>())
        {
            OnnxModel quantized = ResNetQuantizer.Quantize(
                EmbeddedModel.Float, training, new QuantizationOptions { Calibration = method, SqnrImages = 0 }).Model;
            drops[method] = 100 * (before - Top1(quantized, planes, classes)) / before;
            if (method == new QuantizationOptions().Calibration)
            {
                ShouldMatch(quantized, ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20Int8).GetAwaiter().GetResult());
            }
        }

        drops.Values.Should().OnlyContain(d => d <= 1);
        drops.Values.Min().Should().BeLessThanOrEqualTo(0.27);
        (before * (1 - (drops[CalibrationMethod.L2] / 100)))
            .Should().BeApproximately(ResNetVariant.Cifar10ResNet20Int8.Top1!.Value, 0.05, "the catalog states it");
    }

    // Scales may differ slightly, since the float model's last bits depend on the processor.
    private static void ShouldMatch(OnnxModel made, OnnxModel embedded)
    {
        made.Graph.Nodes.Select(n => n.ToString()).Should().Equal(embedded.Graph.Nodes.Select(n => n.ToString()));
        foreach (OnnxTensor expected in embedded.Graph.Initializers)
        {
            OnnxTensor actual = made.Graph.FindInitializer(expected.Name)!;
            if (expected.ElementType == OnnxElementType.Float)
            {
                actual.ToArray<float>().Zip(expected.ToArray<float>(), (a, b) => Math.Abs(a - b) / b).Max()
                    .Should().BeLessThan(0.02f, expected.Name);
            }
        }
    }

    private static (CalibrationSet Images, int[] Classes) Open(string name, int count)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", name));
        ZipArchiveEntry[] all =
        [
            .. archive.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal))
                .OrderBy(e => e.FullName, StringComparer.Ordinal),
        ];
        count = Math.Min(count, all.Length);
        ZipArchiveEntry[] chosen = [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
        ReadOnlyMemory<byte>[] encoded = [.. chosen.Select(Bytes)];
        return (
            CalibrationSet.FromEncoded(encoded, PreprocessingProfile.Cifar10), [.. chosen.Select(e => IndexOf(e.FullName.Split('/')[^2]))]);
    }

    private static int IndexOf(string label) => Enumerable.Range(0, LabelSet.Cifar10.Count).Single(i => LabelSet.Cifar10[i] == label);

    private static ReadOnlyMemory<byte> Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static float[] Read(CalibrationSet set, int index)
    {
        float[] planes = new float[3 * EmbeddedModel.Size * EmbeddedModel.Size];
        set.Read(index, planes);
        return planes;
    }

    private static double Top1(OnnxModel model, float[][] planes, int[] classes)
    {
        int right = 0;
        using ModelRunner runner = new(model, "image", EmbeddedModel.Size, EmbeddedModel.Size, ["logits"], threads: null);
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i].CopyTo(runner.Input);
            runner.Run((_, scores, _) => right += System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores) == classes[i] ? 1 : 0);
        }

        return 100.0 * right / planes.Length;
    }
}
