using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;
using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Tests image embeddings.</summary>
public sealed class ResNetEmbedderTests : IDisposable
{
    private static readonly ResNetEmbedderOptions Raw = new() { Normalize = false, BatchSize = 4 };

    private readonly ResNetEmbedder _embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);

    public void Dispose() => _embedder.Dispose();

    [Fact]
    public void Embed_EmbeddedModel_ReturnsFeatureTensorOfGraph()
    {
        // The reference: a session on the same graph, with the feature tensor added to its outputs.
        OnnxModel model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20);
        string name = ResNetVariant.Cifar10ResNet20.FeatureName!;
        model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, null));
        SessionSettings settings = new() { IntraOpThreads = Environment.ProcessorCount };
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), "edited", settings);
        using AlignedBuffer input = new(3 * 32 * 32);
        using OrtValue tensor = input.CreateTensor([1, 3, 32, 32]);
        using ResNetEmbedder raw = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, Raw);
        foreach (string path in TestFolders.SampleImagePaths)
        {
            using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
            new Preprocessor(PreprocessingProfile.Cifar10).Run(image.Pixels, input.Span, new PreprocessingScratch());
            float[] expected = session.RunToArray([new NamedTensor("image", tensor)], name).Values;
            double length = Math.Sqrt(expected.Sum(f => (double)f * f));

            expected.Should().HaveCount(64).And.Contain(f => f > 0.1f);
            ShouldBeNear(raw.Embed(path), expected, 1e-5);
            ShouldBeNear(_embedder.Embed(path), expected.Select(f => f / length).ToArray(), 1e-5);
        }
    }

    [Fact]
    public void Create_Defaults_AreThoseOfTheVariant()
    {
        (_embedder.Dimension, _embedder.Normalize, _embedder.BatchSize).Should().Be((64, true, 1));
        (_embedder.ModelName, _embedder.Variant).Should().Be(("resnet20-cifar10", ResNetVariant.Cifar10ResNet20));
        (_embedder.Profile, _embedder.Crops).Should().Be((PreprocessingProfile.Cifar10, CropSampling.Center));
        (_embedder.ExecutionProvider, _embedder.OnnxRuntimeVersion).Should().Be(("CPU", OrtRuntime.Version));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Softmax")]
    [InlineData("Sigmoid")]
    public void Embed_HeadOfAnyKind_ReturnsChannelMeans(string? activation)
    {
        OnnxModelBuilder model = Classifier("scores");
        byte[] bytes = activation is null
            ? model.Output("scores", [-1, 2]).Build()
            : model.Node(activation, ["scores"], ["activated"]).Output("activated", [-1, 2]).Build();
        using ResNetEmbedder raw = ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain }, Raw);
        using ResNetEmbedder normalized = ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain });
        double length = Math.Sqrt((0.2 * 0.2) + (0.4 * 0.4) + (0.8 * 0.8));

        raw.Dimension.Should().Be(3);
        ShouldBeNear(raw.Embed(SolidColor(51, 102, 204)), [0.2, 0.4, 0.8], 1e-5);
        ShouldBeNear(normalized.Embed(SolidColor(51, 102, 204)), [0.2 / length, 0.4 / length, 0.8 / length], 1e-5);
        normalized.Embed(SolidColor(0, 0, 0)).Should().Equal(0, 0, 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Embed_NetworkWithoutHead_ReturnsItsOutput(bool flat)
    {
        OnnxModelBuilder model = new OnnxModelBuilder()
            .Input("image", [1, 3, 24, 40])
            .Node("Relu", ["image"], ["branch"])
            .Node("Add", ["image", "branch"], ["sum"])
            .Node("Relu", ["sum"], ["maps"])
            .Node("GlobalAveragePool", ["maps"], ["pooled"]);
        byte[] bytes = flat
            ? model.Node("Flatten", ["pooled"], ["flat"], ("axis", 1)).Output("flat", [1, 3]).Build()
            : model.Output("pooled", [1, 3, 1, 1]).Build();
        using ResNetEmbedder embedder = ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain }, Raw);

        embedder.Dimension.Should().Be(3);
        ShouldBeNear(embedder.Embed(SolidColor(51, 102, 204)), [0.4, 0.8, 1.6], 1e-5);
        ((Action)(() => ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain })))
            .Should().Throw<ResNetException>().WithMessage("*no classification layer*ResNetEmbedder*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Embed_PlainNetworkWithoutHead_ReturnsItsOutput(bool hasNormalization)
    {
        OnnxModelBuilder model = new OnnxModelBuilder()
            .Input("image", [1, 3, 24, 40])
            .Initializer("weights", [3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1])
            .Initializer("ones", [3], [1, 1, 1])
            .Initializer("zeros", [3], [0, 0, 0])
            .Node("Conv", ["image", "weights"], ["convolved"]);
        _ = hasNormalization
            ? model.Node("BatchNormalization", ["convolved", "ones", "zeros", "zeros", "ones"], ["normalized"])
            : model.Node("Identity", ["convolved"], ["normalized"]);
        byte[] bytes = model.Node("Relu", ["normalized"], ["maps"])
            .Node("GlobalAveragePool", ["maps"], ["pooled"])
            .Output("pooled", [1, 3, 1, 1])
            .Build();
        using ResNetEmbedder embedder = ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain }, Raw);

        ShouldBeNear(embedder.Embed(SolidColor(51, 102, 204)), [0.2, 0.4, 0.8], 1e-4);
        Action classify = () => ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain }).Dispose();
        if (hasNormalization)
        {
            classify.Should().Throw<ResNetException>().WithMessage("*no classification layer*");
        }
        else
        {
            // As in SqueezeNet, the convolution can be the classification layer.
            classify.Should().NotThrow();
        }
    }

    [Fact]
    public void Create_NodesThatFeaturesDoNotNeed_AreRemoved()
    {
        byte[] bytes = Classifier("scores")
            .Node("NoSuchOperator", ["scores"], ["other"])
            .Output("scores", [-1, 2])
            .Output("other", [-1, 2])
            .Build();
        ModelDefinition model = new(bytes) { Profile = Plain, OutputName = "scores" };

        ((Action)(() => ResNetClassifier.Create(model).Dispose())).Should().Throw<InferenceException>().WithMessage("*NoSuchOperator*");
        using ResNetEmbedder embedder = ResNetEmbedder.Create(model, Raw);
        ShouldBeNear(embedder.Embed(SolidColor(51, 102, 204)), [0.2, 0.4, 0.8], 1e-5);
    }

    [Fact]
    public void Create_NoPooledFeatures_ThrowsWithTheReason()
    {
        byte[] bytes = new OnnxModelBuilder()
            .Input("x", [-1, 3, 24, 40])
            .Initializer("w", [2, 2880], new float[2 * 2880])
            .Node("Flatten", ["x"], ["flat"], ("axis", 1))
            .Node("Gemm", ["flat", "w"], ["y"], ("transB", 1))
            .Output("y", [-1, 2])
            .Build();

        ((Action)(() => ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain, Name = "flat.onnx" }).Dispose()))
            .Should().Throw<InferenceException>().WithMessage("*'flat.onnx' provides no embeddings*supported head*");
        ((Action)(() => ResNetEmbedder.Create(new ModelDefinition(new byte[] { 1, 2, 3 })).Dispose()))
            .Should().Throw<InferenceException>().WithMessage("*provides no embeddings*");
    }

    [Fact]
    public async Task Embed_AllInputKinds_ReturnSameEmbedding()
    {
        string path = TestFolders.SampleImagePaths[3];
        byte[] bytes = await File.ReadAllBytesAsync(path);
        float[] expected = _embedder.Embed(path);

        Math.Sqrt(expected.Sum(f => (double)f * f)).Should().BeApproximately(1, 1e-6);
        _embedder.Embed(bytes).Should().Equal(expected);
        _embedder.Embed(new DripStream(bytes)).Should().Equal(expected);
        (await _embedder.EmbedAsync(path)).Should().Equal(expected);
        (await _embedder.EmbedAsync(new DripStream(bytes))).Should().Equal(expected);
        using DecodedImage image = ImageDecoding.Default.Decode(bytes);
        _embedder.Embed(image.Pixels).Should().Equal(expected);
        float[] longer = new float[100];
        _embedder.Embed(image.Pixels, longer);
        longer[..64].Should().Equal(expected);
        longer[64..].Should().OnlyContain(f => f == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Embed_PixelsIntoSpan_AllocatesNothing(bool normalize)
    {
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, Raw with { Normalize = normalize });
        byte[] pixels = new byte[64 * 48 * 3];
        new Random(1).NextBytes(pixels);
        float[] embedding = new float[64];
        void Embed() => embedder.Embed(new PixelView(pixels, 64, 48), embedding);
        Embed();

        Allocations.Of(Embed).Should().Be(0);
        embedding.Should().Equal(embedder.Embed(new PixelView(pixels, 64, 48)));
    }

    [Fact]
    public void Embed_TenCrop_ReturnsMeanOverCrops()
    {
        PreprocessingProfile larger = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.Squash(40, 38) };
        ResNetEmbedderOptions options = Raw with { Profile = larger, Crops = CropSampling.TenCrop };
        using ResNetEmbedder tenCrop = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, options);
        using ResNetEmbedder single = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, Raw);
        byte[] pixels = new byte[40 * 38 * 3];
        new Random(4).NextBytes(pixels);
        double[] expected = new double[64];
        foreach ((int left, int top) in new[] { (0, 0), (8, 0), (0, 6), (8, 6), (4, 3) })
        {
            byte[] crop = [.. Enumerable.Range(0, 32).SelectMany(y => pixels.Skip((((top + y) * 40) + left) * 3).Take(96))];
            byte[] mirrored = [.. crop.Chunk(96).SelectMany(row => row.Chunk(3).Reverse().SelectMany(p => p))];
            float[] features = single.Embed(new PixelView(crop, 32, 32));
            float[] mirroredFeatures = single.Embed(new PixelView(mirrored, 32, 32));
            for (int i = 0; i < 64; i++)
            {
                expected[i] += (features[i] + mirroredFeatures[i]) / 10.0;
            }
        }

        ShouldBeNear(tenCrop.Embed(new PixelView(pixels, 40, 38)), expected, 1e-5);
    }

    [Fact]
    public void Embed_FeatureIsNaN_ThrowsResNetException()
    {
        byte[] bytes = Classifier("scores", float.NaN).Output("scores", [-1, 2]).Build();
        using ResNetEmbedder embedder = ResNetEmbedder.Create(new ModelDefinition(bytes) { Profile = Plain, Name = "nan.onnx" });

        embedder.Invoking(e => e.Embed(SolidColor(1, 2, 3))).Should().Throw<ResNetException>().WithMessage("*'nan.onnx'*feature NaN*");
    }

    [Fact]
    public void Embed_InvalidArguments_ThrowsArgumentException()
    {
        _embedder.Invoking(e => e.Embed(SolidColor(1, 2, 3), new float[63]))
            .Should().Throw<ArgumentException>().WithParameterName("embedding").WithMessage("*64 values*63*");
        _embedder.Invoking(e => e.Embed(default(PixelView))).Should().Throw<ArgumentException>().WithMessage("*default*");
        ((Action)(() => ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { BatchSize = 0 })))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("BatchSize");
    }

    [Fact]
    public async Task Dispose_ThenAnyUse_ThrowsWithTheTypeName()
    {
        string path = TestFolders.SampleImagePaths[0];
        _embedder.Dispose();
        _embedder.Dispose();

        Func<Task>[] uses =
        [
            () => Task.FromResult(_embedder.Embed(path)),
            () => Task.FromResult(_embedder.EmbedBatch([path])),
            () => _embedder.EmbedAsync(path),
            () => _embedder.EmbedBatchAsync([path]),
            () => _embedder.EmbedManyAsync([path]).ToListAsync().AsTask(),
        ];
        foreach (Func<Task> use in uses)
        {
            (await use.Should().ThrowAsync<ObjectDisposedException>()).Which.ObjectName.Should().Be(typeof(ResNetEmbedder).FullName);
        }
    }

    [Fact]
    public void Embed_ManyThreads_ReturnsTheSameAsOne()
    {
        byte[][] images = [.. TestFolders.SampleImagePaths.Select(File.ReadAllBytes)];
        float[][] expected = [.. images.Select(i => _embedder.Embed(i))];
        ConcurrentQueue<int> differences = [];

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (!_embedder.Embed(images[i % images.Length]).SequenceEqual(expected[i % images.Length]))
            {
                differences.Enqueue(i);
            }
        });

        differences.Should().BeEmpty();
    }

    [Fact]
    public async Task Dispose_WhileOtherThreadsEmbed_CallsCompleteOrThrow()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        new Random(6).NextBytes(pixels);
        float[] expected = _embedder.Embed(new PixelView(pixels, 32, 32));
        using CountdownEvent started = new(4);
        Task<bool>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                bool equal = _embedder.Embed(new PixelView(pixels, 32, 32)).SequenceEqual(expected);
                started.Signal();
                try
                {
                    while (equal)
                    {
                        equal = _embedder.Embed(new PixelView(pixels, 32, 32)).SequenceEqual(expected);
                    }
                }
                catch (ObjectDisposedException)
                {
                }

                return equal;
            },
            TaskCreationOptions.LongRunning))];

        started.Wait();
        _embedder.Dispose();

        (await Task.WhenAll(callers)).Should().OnlyContain(equal => equal);
    }

    [Fact]
    public async Task CreateAsync_VariantOrDefinition_ReturnsEmbedder()
    {
        using ResNetEmbedder variant = await ResNetEmbedder.CreateAsync(ResNetVariant.Cifar10ResNet20);
        using ResNetEmbedder definition = await ResNetEmbedder.CreateAsync(
            new ModelDefinition(Classifier("scores").Output("scores", [-1, 2]).Build()) { Profile = Plain });
        CancellationToken canceled = new(canceled: true);

        (variant.Dimension, definition.Dimension).Should().Be((64, 3));
        await ((Func<Task>)(() => ResNetEmbedder.CreateAsync(ResNetVariant.Cifar10ResNet20, cancellationToken: canceled)))
            .Should().ThrowAsync<OperationCanceledException>();
        await _embedder.Awaiting(e => e.EmbedAsync(TestFolders.SampleImagePaths[0], canceled))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Create_LoggerFactory_LogsInACategoryOfItsOwn()
    {
        using RecordingLoggers logs = new();

        ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { LoggerFactory = logs }).Dispose();

        logs.Of("ModelLoaded").Should().ContainSingle().Which.Category.Should().Be("ResNet.Net.ResNetEmbedder");
        logs.Of("ModelDisposed").Should().ContainSingle().Which.Category.Should().Be("ResNet.Net.ResNetEmbedder");
    }

    /// <summary>Builds a classifier of two classes whose features are the channel means, multiplied by a factor.</summary>
    private static OnnxModelBuilder Classifier(string scores, float factor = 1)
        => new OnnxModelBuilder()
            .Input("image", [-1, 3, 24, 40])
            .Initializer("factor", [1], [factor])
            .Initializer("weights", [2, 3], [1, -2, 3, 0.5f, 4, -1])
            .Node("Mul", ["image", "factor"], ["scaled"])
            .Node("GlobalAveragePool", ["scaled"], ["means"])
            .Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Gemm", ["features", "weights"], [scores], ("transB", 1));

    private static void ShouldBeNear<T>(float[] actual, T[] expected, double tolerance)
        where T : IConvertible
        => actual.Should().Equal(expected, (a, e) => Math.Abs(a - e.ToDouble(null)) < tolerance);

    private static PixelView SolidColor(byte red, byte green, byte blue)
    {
        byte[] pixels = [.. Enumerable.Repeat(new[] { red, green, blue }, 80 * 48).SelectMany(c => c)];
        return new PixelView(pixels, 80, 48);
    }
}
