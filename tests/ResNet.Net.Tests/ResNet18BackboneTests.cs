using System.Numerics.Tensors;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>The real ResNet-18, against the files that ML.NET publishes.</summary>
public sealed class ResNet18BackboneTests
{
    private const int Size = 224;

    private static readonly ResNetVariant Variant = ResNetVariant.ResNet18Backbone;

    /// <summary>ML.NET's graph from RGB pixels to the input of the network.</summary>
    private static readonly string Preprocessing = Path.Combine(AppContext.BaseDirectory, "ResNetPreprocess.onnx");

    [Fact]
    public void File_OfThePackage_MatchesStatedFacts()
    {
        byte[] file = File.ReadAllBytes(TestFolders.ResNet18Backbone);
        OnnxModel model = OnnxModel.Parse(file);

        file.LongLength.Should().Be(Variant.Bytes);
        Convert.ToHexStringLower(SHA256.HashData(file)).Should().Be(Variant.Files[0].Sha256);
        model.Opset.Should().Be(Variant.Opset);
        OnnxValueInfo input = model.Graph.FeedInputs.Should().ContainSingle().Which;
        OnnxValueInfo output = model.Graph.Outputs.Should().ContainSingle().Which;
        input.Name.Should().Be(Variant.InputName);
        output.Name.Should().Be(Variant.OutputName).And.Be(Variant.FeatureName);
        input.Shape!.Select(d => d.Value).Should().Equal(Variant.FixedBatch, 3, Variant.InputSize, Variant.InputSize);
        output.Shape!.Select(d => d.Value).Should().Equal(Variant.FixedBatch, Variant.FeatureSize, 1, 1);
    }

    [Fact]
    public void Profile_MeanImage_IsCloseToThePublishedOne()
    {
        OnnxModel published = OnnxModel.Load(Preprocessing);
        float[] expected = published.Graph.FindInitializer("MeanImage")!.ToArray<float>();

        ReadOnlySpan<float> actual = Variant.Profile.MeanImage!.Values;

        float[] difference = new float[expected.Length];
        TensorPrimitives.Subtract(actual, expected, difference);
        TensorPrimitives.MaxMagnitude<float>(difference).Should().BeInRange(-1.1f, 1.1f);
        Math.Sqrt(TensorPrimitives.SumOfSquares<float>(difference) / difference.Length).Should().BeLessThan(0.16);
        for (int channel = 0; channel < 3; channel++)
        {
            float mean = TensorPrimitives.Average<float>(expected.AsSpan(channel * Size * Size, Size * Size));
            Variant.Profile.Mean[channel].Should().BeApproximately(mean, 0.01f);
        }
    }

    [Fact]
    public void Embed_SampleImages_AreThoseOfThePublishedGraphs()
    {
        using ResNetEmbedder embedder = ResNetEmbedder.Create(Variant);
        using InferenceSession preprocessing = new(Preprocessing), network = new(TestFolders.ResNet18Backbone);
        PreprocessingProfile pixels = Variant.Profile with
        {
            Channels = ChannelOrder.Rgb,
            Mean = new ChannelValues(0, 0, 0),
            MeanImage = null,
        };

        embedder.Dimension.Should().Be(512);
        foreach (string path in TestFolders.SampleImagePaths)
        {
            float[] input = new float[3 * Size * Size];
            using (ImageInput.FromFile(path).Open(new SkiaSharpDecoder(), new ImageDecodingOptions(), pixels, out PixelView view))
            {
                new Preprocessor(pixels).Run(view, input, new PreprocessingScratch());
            }

            float[] expected = Run(network, Run(preprocessing, input, [1, 3, Size, Size]), [1, 3, Size, Size]);

            TensorPrimitives.CosineSimilarity<float>(embedder.Embed(path), expected).Should().BeGreaterThan(0.9995f, path);
        }
    }

    [Fact]
    public async Task Create_Classifier_ThrowsAndNamesTheEmbedder()
    {
        Action create = () => ResNetClassifier.Create(Variant);
        Func<Task> createAsync = () => ResNetClassifier.CreateAsync(Variant);

        create.Should().Throw<ArgumentException>().WithMessage("'resnet18-backbone' has no classification head*ResNetEmbedder.Create*");
        await createAsync.Should().ThrowAsync<ArgumentException>().WithMessage("*ResNetEmbedder.Create*");
    }

    private static float[] Run(InferenceSession session, float[] input, long[] shape)
    {
        using RunOptions options = new();
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            options, [.. session.InputNames], [value], [.. session.OutputNames]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
