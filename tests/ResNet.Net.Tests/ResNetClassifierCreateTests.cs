using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;
using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Creates classifiers from variants and options. See CustomModelTests for custom models.</summary>
public class ResNetClassifierCreateTests
{
    // The scores are the means of red, green and blue, and 0.25.
    private static readonly float[] Weights = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
    private static readonly float[] Bias = [0, 0, 0, 0.25f];
    private static readonly LabelSet Colors = new("colors", ["red", "green", "blue", "none"]);

    [Fact]
    public void Create_ProfileOfAnotherSize_ThrowsWithBothSizes()
    {
        ModelDefinition model = new(OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 32, 32])) { Profile = Plain };

        Creating(model).Should().Throw<ResNetException>().WithMessage("*images of 32x32 pixels*'plain' crops them to 40x24*");
    }

    [Fact]
    public void Create_NotAnImageClassifier_ThrowsWithReason()
    {
        long[] shape = [-1, 3, 24, 40];
        OnnxModelBuilder integers = new OnnxModelBuilder()
            .Input("x", shape, elementType: 6).Output("y", shape, elementType: 6).Node("Abs", ["x"], ["y"]);
        OnnxModelBuilder map = new OnnxModelBuilder().MapInput("x", keyType: 8).Output("y", [1, 2]).Initializer("y", [1, 2], [1, 2]);
        OnnxModelBuilder image = new OnnxModelBuilder().Input("x", shape).Output("y", shape).Node("Abs", ["x"], ["y"]);
        OnnxModelBuilder two = new OnnxModelBuilder().Input("a", shape).Input("b", shape).Output("y", shape).Node("Add", ["a", "b"], ["y"]);

        Creating(new ModelDefinition(integers.Build()) { Profile = Plain, OutputName = "y", OutputKind = OutputKind.Logits })
            .Should().Throw<ResNetException>().WithMessage("*'y Int32 *class scores are float32*");
        Creating(new ModelDefinition(map.Build()) { Profile = Plain })
            .Should().Throw<ResNetException>().WithMessage("*'x Sequence'*float32, float16, bfloat16, double and uint8 tensors only*");
        Creating(new ModelDefinition(image.Build()) { Profile = Plain })
            .Should().Throw<ResNetException>().WithMessage("*'y' [?, 3, 24, 40]*[N, classes]*");
        Creating(new ModelDefinition(two.Build()) { Profile = Plain })
            .Should().Throw<ResNetException>().WithMessage("*2 inputs*'a'*'b'*");
    }

    [Fact]
    public void Create_WrongNamesOrLabels_ThrowsWithTheRightOnes()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40]);

        Creating(new ModelDefinition(bytes) { Profile = Plain, InputName = "data" })
            .Should().Throw<ResNetException>().WithMessage("*no input 'data'*'image'*");
        Creating(new ModelDefinition(bytes) { Profile = Plain, OutputName = "prob" })
            .Should().Throw<ResNetException>().WithMessage("*no output 'prob'*'scores'*");
        Creating(new ModelDefinition(bytes) { Profile = Plain, Labels = LabelSet.Cifar10 })
            .Should().Throw<ResNetException>().WithMessage("*4 classes*'CIFAR-10' has 10*");
    }

    [Fact]
    public void Create_MissingOrInvalidFile_Throws()
    {
        using TemporaryFolder folder = new();

        Creating(new ModelDefinition(Path.Combine(folder.FullPath, "none.onnx")))
            .Should().Throw<ModelUnavailableException>().WithMessage("*none.onnx*");
        Creating(new ModelDefinition(folder.Write("text.onnx", "<html>")))
            .Should().Throw<InferenceException>().WithMessage("*text.onnx*");
        ((Action)(() => _ = new ModelDefinition(""))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = new ModelDefinition(ReadOnlyMemory<byte>.Empty))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Create_ZooVariantWithoutFile_ThrowsWithRemedy()
    {
        using TemporaryFolder folder = new();

        ModelStore store = new(new ModelStoreOptions { RootFolder = folder.FullPath, Offline = true });

        ((Action)(() => ResNetClassifier.Create(ResNetVariant.ResNet50V1, new ResNetClassifierOptions { Store = store }).Dispose()))
            .Should().Throw<ModelUnavailableException>().WithMessage("*resnet50-v1-7.onnx*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_ZooVariantWithoutFile_IsDownloadedOnceAndClassifies(bool asynchronously)
    {
        // A model with 1,000 classes in the role of the variant. The scores of the first three are the means of red, green and blue.
        float[] weights = new float[1000 * 3];
        (weights[0], weights[4], weights[8]) = (1, 1, 1);
        ResNetVariant published = ResNetVariant.ResNet50V1;
        byte[] file = OnnxModelBuilder.PlaneMeans(weights, new float[1000], [-1, 3, 224, 224], published.InputName, published.OutputName);
        ResNetVariant variant = StoreFixture.VariantOf(file);
        using TemporaryFolder folder = new();
        await using TestServer server = await TestServer.StartAsync(file);
        ModelStoreOptions store = new()
        {
            RootFolder = folder.FullPath,
            LocalFolders = [],
            Sources = [ModelSource.Mirror(server.Address)],
            Offline = false,
        };
        ResNetClassifierOptions options = new() { Store = new ModelStore(store), Profile = Plain.WithCrop(224, 224) };
        RecordedProgress progress = new();

        using ResNetClassifier first = asynchronously
            ? await ResNetClassifier.CreateAsync(variant, options, progress)
            : ResNetClassifier.Create(variant, options, progress);
        ModelStore offlineStore = new(store with { Offline = true });
        using ResNetClassifier offline = ResNetClassifier.Create(variant, options with { Store = offlineStore });

        server.Requests.Should().ContainSingle();
        progress.Reports.Select(r => r.Stage).Should().StartWith(ModelDownloadStage.Downloading).And.EndWith(ModelDownloadStage.Done);
        offline.Classify(OneColor(0, 255, 0)).Best.Should().Be(first.Classify(OneColor(0, 255, 0)).Best)
            .And.Match<Prediction>(p => p.ClassIndex == 1 && p.Label == LabelSet.ImageNet[1]);
        first.ModelName.Should().Be(variant.Id);
    }

    [Fact]
    public async Task Create_OptionOutOfRange_ThrowsBeforeDownloading()
    {
        using TemporaryFolder folder = new();
        await using TestServer server = await TestServer.StartAsync([]);
        ModelStoreOptions online = new() { RootFolder = folder.FullPath, Sources = [ModelSource.Mirror(server.Address)], Offline = false };
        ResNetClassifierOptions options = new() { Store = new ModelStore(online), Threads = 0 };

        ((Action)(() => ResNetClassifier.Create(ResNetVariant.ResNet50V1, options).Dispose()))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Threads");

        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void Create_OpsetThatOnnxRuntimeRejects_IsUpgraded(int opset)
    {
        // BatchNormalization of old opsets has is_test, which ONNX Runtime rejects.
        float[] twos = [2, 2, 2], zeros = new float[3], ones = [1, 1, 1];
        OnnxModelBuilder model = new() { Opset = opset, IrVersion = 3 };
        model.Input("data", [1, 3, 24, 40]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Initializer("scale", [3], twos).Initializer("shift", [3], zeros);
        model.Initializer("mean", [3], zeros).Initializer("variance", [3], ones);
        (string, long)[] attributes = opset < 6 ? [("is_test", 1)] : [("is_test", 1), ("spatial", 1)];
        model.Node("BatchNormalization", ["data", "scale", "shift", "mean", "variance"], ["normal"], attributes);
        model.Node("GlobalAveragePool", ["normal"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1), ("broadcast", 1));
        ((Action)(() => OrtSession.FromMemory(model.Build(), "old", new SessionSettings { IntraOpThreads = 1 }).Dispose()))
            .Should().Throw<InferenceException>();
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain });
        using ResNetEmbedder embedder = ResNetEmbedder.Create(
            new ModelDefinition(model.Build()) { Profile = Plain }, new ResNetEmbedderOptions { Normalize = false });

        Scores(classifier, 51, 102, 204).Zip([0.4f, 0.8f, 1.6f, 0.25f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4);
        embedder.Embed(OneColor(51, 102, 204)).Zip([0.4f, 0.8f, 1.6f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4);
    }

    [Fact]
    public void Create_Caffe2FilesOfOpset3And6_EqualOpset9()
    {
        // Synthetic models: the topology of the files, with the same random weights in all three.
        using TemporaryFolder folder = new();
        byte[] pixels = new byte[240 * 230 * 3];
        new Random(2).NextBytes(pixels);
        List<float[]> scores = [];
        List<float[]> features = [];
        ResNetVariant[] files =
            [ResNetVariant.ResNet50Caffe2Opset9, ResNetVariant.ResNet50Caffe2Opset6, ResNetVariant.ResNet50Caffe2Opset3];
        foreach (ResNetVariant file in files)
        {
            byte[] bytes = ZooModels.Build(file.Id, seed: 3).ToArray();
            ResNetVariant variant = StoreFixture.VariantOf(bytes, file);
            folder.Write(file.Files[0].Name, bytes);
            ResNetClassifierOptions options = new()
            {
                Store = new ModelStore(new ModelStoreOptions
                {
                    RootFolder = folder["store"],
                    LocalFolders = [folder.FullPath],
                    Offline = true,
                    Catalog = [variant],
                }),
                ActivationMaps = true,
                CacheOptimizedModel = false,
            };
            using ResNetClassifier classifier = ResNetClassifier.Create(variant, options);
            float[] output = new float[1000];
            classifier.GetScores(new PixelView(pixels, 240, 230), output);
            scores.Add(output);
            using ResNetEmbedder embedder = ResNetEmbedder.Create(
                variant, new ResNetEmbedderOptions { Store = options.Store, CacheOptimizedModel = false });
            features.Add(embedder.Embed(new PixelView(pixels, 240, 230)));
        }

        for (int i = 1; i < 3; i++)
        {
            scores[i].Zip(scores[0], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-6);
            features[i].Zip(features[0], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        }

        scores[0].Sum().Should().BeApproximately(1, 1e-4f);
        scores[0].Max().Should().BeGreaterThan(0.0011f, "the random weights distinguish classes");
        features[0].Should().HaveCount(2048);
    }

    [Fact]
    public void Create_OldOpsetThatCannotBeUpgraded_ThrowsWithBothReasons()
    {
        byte[] model = new OnnxModelBuilder { Opset = 3, IrVersion = 3 }
            .Input("x", [1, 3, 24, 40])
            .Output("y", [1, 4])
            .Node("Unknown", ["x"], ["y"])
            .Build();

        Creating(new ModelDefinition(model) { Profile = Plain }).Should().Throw<InferenceException>()
            .WithMessage("*Unchanged: *Unknown*With the changes*Unknown*").WithInnerException<OnnxModelException>();
    }

    [Fact]
    public void Create_OptionsOutOfRange_ThrowsWithTheirNames()
    {
        Creating(new ResNetClassifierOptions { Threads = 0 })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Threads");
        Creating(new ResNetClassifierOptions { Threads = 2049 })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Threads").WithMessage("*2048*");
        Creating(new ResNetClassifierOptions { Threads = int.MaxValue })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Threads");
        Creating(new ResNetClassifierOptions { ConfigureSession = s => s.IntraOpNumThreads = 100_000 })
            .Should().Throw<ResNetException>().WithMessage("*ConfigureSession sets 100000 threads*2048*");
        Creating(new ResNetClassifierOptions { ConfigureSession = s => s.InterOpNumThreads = 2049 })
            .Should().Throw<ResNetException>().WithMessage("*2049 threads*");
        Creating(new ResNetClassifierOptions { Crops = (CropSampling)2 })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Crops");
        Creating(new ResNetClassifierOptions { BatchSize = 0 })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("BatchSize");
        Creating(new ResNetClassifierOptions { Optimization = (GraphOptimizationLevel)7 })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Optimization");
        Creating(new ResNetClassifierOptions { Decoding = new ImageDecodingOptions { MaxPixels = 0 } })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MaxPixels");
        Creating(new ResNetClassifierOptions { Profile = PreprocessingProfile.Cifar10 with { Std = default } })
            .Should().Throw<ArgumentException>().WithMessage("*standard deviation*");
        Creating(new ResNetClassifierOptions { ExecutionProvider = new ExecutionProvider("Imaginary") })
            .Should().Throw<ResNetException>().WithMessage("*'Imaginary'*");
    }

    [Fact]
    public void Create_ConfigureSession_IsCalledOnceAndOverridesOptions()
    {
        List<(int Threads, GraphOptimizationLevel Optimization)> calls = [];
        using TemporaryFolder folder = new();
        string path = folder["graph.onnx"];
        ResNetClassifierOptions options = new()
        {
            Threads = 2,
            Optimization = GraphOptimizationLevel.ORT_ENABLE_BASIC,
            ConfigureSession = session =>
            {
                calls.Add((session.IntraOpNumThreads, session.GraphOptimizationLevel));
                session.OptimizedModelFilePath = path;
                session.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            },
        };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        calls.Should().Equal((2, GraphOptimizationLevel.ORT_ENABLE_BASIC));
        OnnxModel.Load(path).Graph.Nodes.Should().Contain(n => n.OpType == "Relu", "the graph was not optimized");
        float[] scores = new float[10];
        float[] expected = new float[10];
        for (int i = 0; i < 2; i++)
        {
            PixelView image = OneColor((byte)(100 * i), 50, 200);
            classifier.GetScores(image, scores);
            plain.GetScores(image, expected);
            scores.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4, "each run uses its own input");
        }
    }

    [Theory]
    [InlineData("CUDA")]
    [InlineData("TensorRT")]
    public void Create_ProviderNotInThePackage_ThrowsWithThePackage(string provider)
    {
        Creating(new ResNetClassifierOptions { ExecutionProvider = new ExecutionProvider(provider) })
            .Should().Throw<ResNetException>()
            .WithMessage($"*'{provider}' is not in ONNX Runtime*CPUExecutionProvider*Microsoft.ML.OnnxRuntime.Gpu*");
    }

    [Fact]
    public async Task CreateAsync_Variant_ReturnsClassifier()
    {
        using ResNetClassifier classifier = await ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20);

        classifier.Labels.Count.Should().Be(10);
        CancellationToken canceled = new(canceled: true);
        await ((Func<Task>)(() => ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20, cancellationToken: canceled)))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Dispose_ThenAnyUse_Throws()
    {
        ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        string path = Path.Combine(TestFolders.SampleImages, "ship.png");
        _ = classifier.Classify(path);
        classifier.Dispose();
        classifier.Dispose();

        ((Action)(() => classifier.Classify(path))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => classifier.Classify(OneColor(1, 2, 3)))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => classifier.Classify(File.ReadAllBytes(path)))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => classifier.ClassifyBatch([path]))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => classifier.GetScores(OneColor(1, 2, 3), new float[10]))).Should().Throw<ObjectDisposedException>();
        await ((Func<Task>)(() => classifier.ClassifyAsync(path))).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public void Dispose_DuringABatch_LetsItFinish()
    {
        ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        int[] expected = [.. paths.Select(p => classifier.Classify(p).Best.ClassIndex)];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(new DisposingList(paths, classifier));

        outcomes.Select(o => o.Value.Best.ClassIndex).Should().Equal(expected);
        ((Action)(() => classifier.Classify(paths[0]))).Should().Throw<ObjectDisposedException>();
    }

    private static PixelView OneColor(byte red, byte green, byte blue)
        => new(Enumerable.Repeat(new[] { red, green, blue }, 80 * 48).SelectMany(c => c).ToArray(), 80, 48);

    private static float[] Scores(ResNetClassifier classifier, byte red, byte green, byte blue)
    {
        float[] scores = new float[classifier.Labels.Count];
        classifier.GetScores(OneColor(red, green, blue), scores);
        return scores;
    }

    /// <summary>A list of paths that disposes the classifier when the first is read.</summary>
    private sealed class DisposingList(IReadOnlyList<string> paths, ResNetClassifier classifier) : IReadOnlyList<string>
    {
        public int Count => paths.Count;

        public string this[int index]
        {
            get
            {
                classifier.Dispose();
                return paths[index];
            }
        }

        public IEnumerator<string> GetEnumerator() => paths.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private static Action Creating(ModelDefinition model) => () => ResNetClassifier.Create(model).Dispose();

    private static Action Creating(ResNetClassifierOptions options)
        => () => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options).Dispose();
}
