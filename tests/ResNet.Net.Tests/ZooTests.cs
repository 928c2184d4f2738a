using System.Numerics.Tensors;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>
/// Classifies with a synthetic model for each file of the zoo and for Caffe2's own files, from a store whose catalog has the hash of the
/// synthetic model. The weights are random, so the classes mean nothing: the tests compare the numbers with those of the graph.
/// </summary>
[Trait("Category", "Zoo")]
public sealed class ZooTests : IDisposable
{
    private const int Images = 8, Width = 300, Height = 260;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Ids
        => [.. ZooModels.Ids, ResNetVariant.ResNet50Caffe2Float.Id, ResNetVariant.ResNet50Caffe2Quantized.Id];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ids_SyntheticModels_CoverTheCatalog()
        => ZooModels.Ids.Should().BeEquivalentTo(ResNetVariant.All.Where(v => v.TestData is not null).Select(v => v.Id)).And.HaveCount(18);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Classify_SyntheticModel_EqualsItsGraph(string id)
    {
        ResNetVariant variant = WriteModel(id);
        ResNetClassifierOptions options = new() { Store = StoreOf(variant), BatchSize = Images };
        using ResNetClassifier classifier = ResNetClassifier.Create(variant, options);
        byte[][] images = [.. Enumerable.Range(0, Images).Select(Draw)];
        classifier.Variant.Should().Be(variant);
        classifier.Profile.Should().Be(variant.Profile);
        classifier.Labels.Should().BeSameAs(LabelSet.ImageNet);
        classifier.BatchSize.Should().Be(variant.FixedBatch ?? Images);

        OnnxModelSummary.Read(StoreOf(variant).Find(variant)!).FindOutputContent(variant.OutputName).Should().Be(
            variant.OutputKind == OutputKind.Logits ? OnnxOutputContent.Logits : OnnxOutputContent.Softmax);

        float[][] scores = [.. images.Select(p => ScoresOf(classifier, p))];
        scores[0].Should().OnlyContain(s => float.IsFinite(s));
        ShouldBeNear(scores[0], Reference(variant, images[0], m => m.Graph.Outputs[0].Name, variant.Labels.Count), variant);
        scores.Select(s => s.AsSpan().IndexOf(s.Max())).Distinct().Should().HaveCountGreaterThan(1, "the scores depend on the image");

        for (int i = 0; i < Images; i++)
        {
            Classification classification = classifier.Classify(View(images[i]), classifier.Labels.Count);
            ShouldBe(classification, Probabilities(scores[i], variant.OutputKind));
        }

        BatchShouldEqualSingles(classifier);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Embed_SyntheticModel_EqualsTheInputOfItsDenseLayer(string id)
    {
        ResNetVariant variant = WriteModel(id);
        ResNetEmbedderOptions options = new() { Store = StoreOf(variant), CacheOptimizedModel = false, Normalize = false };
        using ResNetEmbedder embedder = ResNetEmbedder.Create(variant, options);
        byte[][] images = [.. Enumerable.Range(0, 3).Select(Draw)];

        embedder.Dimension.Should().Be(variant.FeatureSize);
        foreach (byte[] image in images)
        {
            ShouldBeNear(embedder.Embed(View(image)), Reference(variant, image, InputOfDenseLayer, variant.FeatureSize), variant);
        }

        embedder.EmbedBatch([.. images.Select(i => InputImage.FromPixels(i, Width, Height))])
            .Zip(images, (outcome, image) => (outcome.Value, embedder.Embed(View(image))))
            .Should().OnlyContain(pair => pair.Item1.Zip(pair.Item2, (a, e) => Math.Abs(a - e)).Max() < 1e-3 * pair.Item2.Max());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Explain_SyntheticModel_EqualsPoolAndDenseLayer(string id)
    {
        ResNetVariant variant = WriteModel(id);
        ResNetClassifierOptions options = new() { Store = StoreOf(variant), ActivationMaps = true, CacheOptimizedModel = false };
        using ResNetClassifier classifier = ResNetClassifier.Create(variant, options);
        using ResNetEmbedder embedder = ResNetEmbedder.Create(
            variant, new ResNetEmbedderOptions { Store = StoreOf(variant), CacheOptimizedModel = false, Normalize = false });
        ClassifierHead head = ClassifierHead.Find(OnnxModel.Load(StoreOf(variant).Find(variant)!));
        byte[] image = Draw(1);

        float[] features = embedder.Embed(View(image));
        ActivationMap map = classifier.Explain(View(image));

        (map.Rows, map.Columns).Should().Be((7, 7));

        // Pooling and the dense layer are linear: the mean of a class's map equals its score without the bias, and so does the dot product
        // of its weights and the features.
        int best = map.Prediction.ClassIndex;
        double[] scores
            = [.. Enumerable.Range(0, head.ClassCount).Select(c => (double)TensorPrimitives.Dot(Row(c), features) + head.Bias.Span[c])];
        double tolerance = (scores.Max() - scores.Min()) * (variant.Precision == ModelPrecision.Int8 ? 0.05 : 1e-4);
        Math.Abs(map.Values.ToArray().Average() + head.Bias.Span[best] - scores[best]).Should().BeLessThan(tolerance);
        float[] raw = ScoresOf(classifier, image);
        if (variant.OutputKind == OutputKind.Logits)
        {
            raw.Zip(scores, (r, s) => Math.Abs(r - s)).Max().Should().BeLessThan(tolerance);
        }
        else
        {
            double[] probabilities = Probabilities([.. scores.Select(s => (float)s)], OutputKind.Logits);

            // Half a step of the int8 logits, 0.12, changes a probability by a factor of up to e^0.24.
            double allowed = variant.Precision == ModelPrecision.Int8 ? 0.3 * probabilities.Max() : 1e-4;
            raw.Zip(probabilities, (r, p) => Math.Abs(r - p)).Max().Should().BeLessThan(allowed);
        }

        ReadOnlySpan<float> Row(int classIndex) => head.Weights.Span.Slice(classIndex * head.FeatureCount, head.FeatureCount);
    }

    private static void BatchShouldEqualSingles(ResNetClassifier classifier)
    {
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order().Take(Images)];

        IReadOnlyList<ClassificationOutcome> batch = classifier.ClassifyBatch(paths, classifier.Labels.Count);

        for (int i = 0; i < paths.Length; i++)
        {
            Classification single = classifier.Classify(paths[i], classifier.Labels.Count);
            double[] expected = new double[classifier.Labels.Count];
            foreach (Prediction prediction in single.Predictions)
            {
                expected[prediction.ClassIndex] = prediction.Probability;
            }

            ShouldBe(batch[i].Value, expected);
        }
    }

    private static void ShouldBe(Classification classification, double[] probabilities)
    {
        probabilities.Sum().Should().BeApproximately(1, 1e-4);
        classification.Predictions.Should().HaveCount(probabilities.Length).And.BeInDescendingOrder(p => p.Probability);
        foreach (Prediction prediction in classification.Predictions)
        {
            Math.Abs(prediction.Probability - probabilities[prediction.ClassIndex]).Should().BeLessThan(1e-5);
        }
    }

    private static void ShouldBeNear(float[] scores, float[] reference, ResNetVariant variant)
    {
        // Other kernels add in another order; those for int8 sometimes round to another step.
        double range = reference.Max() - reference.Min();
        double worst = scores.Zip(reference, (s, r) => (double)Math.Abs(s - r)).Max();
        worst.Should().BeLessThan(range * (variant.Precision == ModelPrecision.Int8 ? 0.05 : 1e-4));
    }

    /// <summary>Adds the float value that enters the dense layer to the outputs.</summary>
    private static string InputOfDenseLayer(OnnxModel model)
    {
        OnnxNode dense = model.Graph.Nodes.Last(n => n.OpType is "Gemm" or "MatMul" or "QGemm" or "QLinearMatMul");
        string name = dense.Inputs[0];
        if (dense.OpType[0] == 'Q')
        {
            model.Graph.Nodes.Add(new OnnxNode("DequantizeLinear", dense.Inputs.Take(3), ["reference"], "reference"));
            name = "reference";
        }

        model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, null));
        return name;
    }

    /// <summary>
    /// Runs the graph in a session without optimization (of int8 models without VNNI: with a part), after an upgrade if ONNX Runtime
    /// rejects the file.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <param name="image">The image.</param>
    /// <param name="outputOf">Returns the name of the output, which it may add.</param>
    /// <param name="length">The number of values of the output.</param>
    private float[] Reference(ResNetVariant variant, byte[] image, Func<OnnxModel, string> outputOf, int length)
    {
        OnnxModel model = OnnxModel.Load(StoreOf(variant).Find(variant)!);
        if (model.Opset < 7)
        {
            OpsetUpgrader.Upgrade(model, 9);
        }

        model.Graph.FeedInputs.Should().ContainSingle().Which.Name.Should().Be(variant.InputName);
        model.Graph.Outputs.Should().ContainSingle().Which.Name.Should().Be(variant.OutputName);
        string outputName = outputOf(model);

        // The entry below, which prevents saturation, is an optimization.
        bool saturates = variant.Precision == ModelPrecision.Int8 && !CpuFeatures.HasInt8DotProduct;
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), variant.Id, new SessionSettings
        {
            IntraOpThreads = 2,
            Optimization = saturates ? GraphOptimizationLevel.ORT_ENABLE_EXTENDED : GraphOptimizationLevel.ORT_DISABLE_ALL,
            ConfigEntries = new Dictionary<string, string> { ["session.x64quantprecision"] = "1" },
        });
        Preprocessor preprocessor = new(variant.Profile, CropSampling.Center);
        using AlignedBuffer input = new(3 * variant.InputSize * variant.InputSize);
        preprocessor.Run(View(image), input.Span, new PreprocessingScratch());
        using OrtValue inputValue = input.CreateTensor([1, 3, variant.InputSize, variant.InputSize]);
        float[] values = session.RunToArray([new NamedTensor(variant.InputName, inputValue)], outputName).Values;
        values.Should().HaveCount(length);
        return values;
    }

    private ResNetVariant WriteModel(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);
        if (variant.IsImported)
        {
            (Caffe2Net init, Caffe2Net predict)
                = variant.Precision == ModelPrecision.Fp32 ? Caffe2Models.BuildFloat() : Caffe2Models.BuildQuantized();
            init.Save(_folder[id, "init_net.pb"]);
            predict.Save(_folder[id, "predict_net.pb"]);

            // The synthetic predict_net.pb is the published file. No hash of the quantized init_net.pb is published.
            return variant with
            {
                Files = [variant.Files[0].Sha256 is null ? variant.Files[0] : Describe(id, variant.Files[0]), variant.Files[1]],
            };
        }

        ZooModels.Build(id).Save(_folder[id, variant.Files[0].Name]);
        return variant with { Files = [Describe(id, variant.Files[0])] };
    }

    private VariantFile Describe(string id, VariantFile like)
    {
        using FileStream file = File.OpenRead(_folder[id, like.Name]);
        return like with { Bytes = file.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)) };
    }

    private ModelStore StoreOf(ResNetVariant variant)
        => new(new ModelStoreOptions
        {
            RootFolder = _folder.FullPath,
            LocalFolders = [],
            Sources = [],
            Offline = true,
            Catalog = [variant],
        });

    private static float[] ScoresOf(ResNetClassifier classifier, byte[] image)
    {
        float[] scores = new float[classifier.Labels.Count];
        classifier.GetScores(View(image), scores);
        return scores;
    }

    private static PixelView View(byte[] image) => new(image, Width, Height);

    /// <summary>Draws waves over noise, with another direction and color for each number.</summary>
    private static byte[] Draw(int number)
    {
        Random random = new(number);
        double angle = number * Math.PI / Images;
        byte[] pixels = new byte[Width * Height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int y, int x, int channel) = (i / (3 * Width), i / 3 % Width, i % 3);
            double wave = Math.Sin(((x * Math.Cos(angle)) + (y * Math.Sin(angle))) / (4 + (3 * number)));
            pixels[i] = (byte)(128 + (90 * wave * Math.Cos(channel + number)) + random.Next(-30, 30));
        }

        return pixels;
    }

    private static double[] Probabilities(float[] scores, OutputKind kind)
    {
        if (kind == OutputKind.Probabilities)
        {
            return [.. scores.Select(s => (double)s)];
        }

        double largest = scores.Max();
        double sum = scores.Sum(s => Math.Exp(s - largest));
        return [.. scores.Select(s => Math.Exp(s - largest) / sum)];
    }
}
