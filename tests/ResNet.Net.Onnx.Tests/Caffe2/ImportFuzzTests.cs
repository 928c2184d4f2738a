namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies that damaged networks are imported as valid models or fail with <see cref="OnnxModelException"/>.</summary>
public class ImportFuzzTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Import_TenThousandMutations_IsValidOrThrowsOnnxModelException(bool isQuantized)
    {
        byte[] init = (isQuantized ? SmallCaffe2Classifier.QuantizedInit() : SmallCaffe2Classifier.FloatInit()).ToArray();
        byte[] predict = (isQuantized ? SmallCaffe2Classifier.QuantizedPredict() : SmallCaffe2Classifier.FloatPredict()).ToArray();
        Random random = new(18);
        int imported = 0, rejected = 0;
        for (int i = 0; i < 10_000; i++)
        {
            QuantizationFormat format = i % 4 < 2 ? QuantizationFormat.QOperator : QuantizationFormat.Qdq;
            (byte[] first, byte[] second) = i % 2 == 0 ? (Mutate(init, random), predict) : (init, Mutate(predict, random));
            _ = Exercise(first, second, format) ? imported++ : rejected++;
        }

        // Both must happen. Otherwise the mutations are too weak or too strong.
        imported.Should().BeGreaterThan(500);
        rejected.Should().BeGreaterThan(500);
    }

    private static bool Exercise(byte[] init, byte[] predict, QuantizationFormat format)
    {
        try
        {
            OnnxModel model = SmallCaffe2Classifier.Import(Caffe2Net.Parse(init), Caffe2Net.Parse(predict), format).Model;
            model.Check().Should().BeEmpty();
            return true;
        }
        catch (OnnxModelException exception)
        {
            exception.Message.Should().EndWith(".");
            return false;
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            if (random.Next(8) > 0)
            {
                bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(bytes[at] ^ (1 << random.Next(8)));
            }
            else
            {
                bytes.RemoveAt(at);
            }
        }

        return [.. bytes];
    }
}
