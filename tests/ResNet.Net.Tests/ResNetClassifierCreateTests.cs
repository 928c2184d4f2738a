using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>Creating classifiers: variants in folders, models of the caller's own, options.</summary>
public class ResNetClassifierCreateTests
{
    private static readonly PreprocessingProfile Plain = new()
    {
        Name = "plain",
        Resize = ResizeRule.Squash(40, 24),
        Crop = new CropRule(40, 24),
        Interpolation = Interpolation.OpenCvBilinear,
        Mean = new ChannelValues(0, 0, 0),
        Std = new ChannelValues(1, 1, 1),
    };

    // Scores: red mean, green mean, blue mean, 0.25.
    private static readonly float[] Weights = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
    private static readonly float[] Bias = [0, 0, 0, 0.25f];
    private static readonly LabelSet Colors = new("colors", ["red", "green", "blue", "none"]);

    public static TheoryData<bool> FileOrMemory => [true, false];

    [Theory]
    [MemberData(nameof(FileOrMemory))]
    public void Create_OwnModelWithOtherNamesSizeAndLabels_Classifies(bool inFile)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40], input: "x:0", output: "out/scores");
        ModelDefinition model = (inFile ? new ModelDefinition(folder.Write("colors.onnx", bytes)) : new ModelDefinition(bytes)) with { Labels = Colors, Profile = Plain };
        using ResNetClassifier classifier = ResNetClassifier.Create(model);

        float[] scores = Scores(classifier, 51, 102, 204);
        Classification result = classifier.Classify(OneColor(51, 102, 204), topK: 4);

        scores.Should().BeEquivalentTo([0.2f, 0.4f, 0.8f, 0.25f], o => o.WithStrictOrdering().Using<float>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-5f)).WhenTypeIs<float>());
        result.Predictions.Select(p => p.Label).Should().Equal("blue", "green", "none", "red");
        result.Best.Probability.Should().BeApproximately((float)(Math.Exp(0.8) / (Math.Exp(0.2) + Math.Exp(0.4) + Math.Exp(0.8) + Math.Exp(0.25))), 1e-5f);
        result.Best.SynsetId.Should().BeNull();
        classifier.ModelName.Should().Be(inFile ? "colors.onnx" : "model in memory");
        classifier.Variant.Should().BeNull();
        classifier.ExecutionProvider.Should().Be("CPU");
    }

    [Theory]
    [InlineData(false, 97)]
    [InlineData(true, 49)]
    public void Classify_ShrinkOnLoad_SeesTheImageShrunk(bool shrinkOnLoad, int width)
    {
        string path = Path.Combine(TestFolders.Fixtures, "images", "jpeg-larger.jpg");
        PreprocessingProfile profile = Plain with { Resize = ResizeRule.ShortSide(10), Crop = new CropRule(10, 8), ShrinkOnLoad = shrinkOnLoad };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 8, 10])) { Labels = Colors, Profile = profile });
        using DecodedImage seen = ImageDecoding.Decode(ImageDecoding.Default, File.ReadAllBytes(path), new ImageDecodingOptions(), autoOrient: true, shrinkOnLoad ? profile.Resize : null);
        seen.Width.Should().Be(width);
        Prediction[] expected = [.. classifier.Classify(seen.Pixels).Predictions];

        classifier.Classify(path).Predictions.Should().Equal(expected);
        classifier.ClassifyBatch([path])[0].Value.Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Create_ModelWithProbabilities_IsNotPutThroughSoftmaxTwice()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40], softmax: true);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain, OutputKind = OutputKind.Probabilities });

        Classification result = classifier.Classify(OneColor(255, 0, 0), topK: 4);

        result.Best.Probability.Should().BeApproximately((float)(Math.E / (Math.E + 2 + Math.Exp(0.25))), 1e-5f);
        result.Predictions.Sum(p => p.Probability).Should().BeApproximately(1, 1e-5f);
        result.Best.Label.Should().Be("class 0");
    }

    [Theory]
    [InlineData(100, 90, 0)]
    [InlineData(1000, 999, -1000)]
    public void Classify_LargeLogits_GivesFiniteProbabilities(float first, float second, float third)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[9], [first, second, third], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        Classification result = classifier.Classify(OneColor(1, 2, 3), topK: 3);

        double expected = 1 / (1 + Math.Exp(second - first) + Math.Exp(third - first));
        result.Best.Should().Be(new Prediction(0, null, "class 0", result.Best.Probability));
        result.Best.Probability.Should().BeApproximately((float)expected, 1e-6f);
        result.Predictions.Should().OnlyContain(p => float.IsFinite(p.Probability));
    }

    [Fact]
    public void Classify_EqualScores_ComeByClassIndex()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[12], [1, 2, 2, 1], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        classifier.Classify(OneColor(1, 2, 3), topK: 4).Predictions.Select(p => p.ClassIndex).Should().Equal(1, 2, 0, 3);
    }

    [Fact]
    public void Classify_ModelThatGivesNaN_SaysSo()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[6], [float.NaN, 1], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain, Name = "broken" });

        ((Action)(() => classifier.Classify(OneColor(1, 2, 3)))).Should().Throw<ResNetException>().WithMessage("*'broken'*NaN*plain*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ClassifyBatch_ModelWithFixedBatch_IsSplitAndFilled(int fixedBatch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [fixedBatch, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Labels = Colors, Profile = Plain });
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal).Take(5)];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths, topK: 4);

        classifier.BatchSize.Should().Be(fixedBatch);
        outcomes.Select(o => o.Value.Best.Probability).Should().Equal(paths.Select(p => classifier.Classify(p, 4).Best.Probability));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(3)]
    public void Classify_TenCrop_IsTheMeanOverCropsAndMirrorImages(int batch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [batch, 3, 24, 40]);
        ModelDefinition model = new(bytes) { Labels = Colors, Profile = Plain };
        using ResNetClassifier ten = ResNetClassifier.Create(
            model with { Profile = Plain with { Resize = ResizeRule.Squash(60, 31) } }, new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 4 });
        using ResNetClassifier one = ResNetClassifier.Create(model);
        byte[] pixels = new byte[60 * 31 * 3];
        new Random(4).NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(pixels[i] * (i % 180) / 180); // brighter to the right: crops differ
        }

        // Each crop's own pixels, and the mean of what the model says of them; mirror images have the same means.
        double[] expected = new double[4];
        double[] raw = new double[4];
        foreach ((int left, int top) in new[] { (0, 0), (20, 0), (0, 7), (20, 7), (10, 3) })
        {
            float[] scores = new float[4];
            one.GetScores(new PixelView(pixels.AsSpan((top * 180) + (left * 3)), 40, 24, stride: 180), scores);
            double sum = scores.Sum(s => Math.Exp(s));
            for (int i = 0; i < 4; i++)
            {
                expected[i] += Math.Exp(scores[i]) / sum / 5;
                raw[i] += scores[i] / 5;
            }
        }

        float[] actual = new float[4];
        ten.GetScores(new PixelView(pixels, 60, 31), actual);
        Classification result = ten.Classify(new PixelView(pixels, 60, 31), topK: 4);

        actual.Zip(raw, (a, e) => Math.Abs(a - e)).Should().OnlyContain(difference => difference < 1e-5);
        result.Predictions.Should().HaveCount(4).And.OnlyContain(p => Math.Abs(p.Probability - expected[p.ClassIndex]) < 1e-5);
    }

    [Fact]
    public void ClassifyBatch_MoreThanABufferHolds_ThrowsAndNamesTheNumbers()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 512, 512], outputShape: [-1, 4]);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(bytes) { Labels = Colors, Profile = Plain.WithCrop(512, 512) }, new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 1024 });

        Action classify = () => classifier.ClassifyBatch(Directory.GetFiles(TestFolders.SampleImages, "*.png"));

        classify.Should().Throw<ResNetException>().WithMessage("*1024 images of 10 crops of 3x512x512*BatchSize*");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(3)]
    public void ClassifyBatch_TenCrop_EqualsOneByOne(int batch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [batch, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(bytes) { Labels = Colors, Profile = Plain with { Resize = ResizeRule.ShortSide(50) } },
            new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 12 });
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        paths = [.. paths, .. paths.Take(4)];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths, topK: 4);

        outcomes.Should().HaveCount(14);
        outcomes.Select(o => o.Value.Best.Probability).Should().Equal(paths.Select(p => classifier.Classify(p, 4).Best.Probability));
    }

    [Fact]
    public void Create_OutputShapeLeftOpen_IsFoundByARun()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, -1, -1], outputShape: [-1, -1]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Labels = Colors, Profile = Plain });

        classifier.Classify(OneColor(0, 255, 0)).Best.Label.Should().Be("green");
    }

    [Theory]
    [InlineData(ModelOutputs.None)]
    [InlineData(ModelOutputs.Features)]
    [InlineData(ModelOutputs.Features | ModelOutputs.ActivationMaps)]
    public void Create_WeightsListedAsInputs_AreNotTakenForImages(ModelOutputs outputs)
    {
        // As the zoo's files of opset 7 are: IR version 3 lists every weight among the inputs too.
        OnnxModelBuilder model = new() { Opset = 7, IrVersion = 3 };
        model.Input("data", [1, 3, 24, 40]).Input("weights", [4, 3]).Input("bias", [4]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Node("GlobalAveragePool", ["data"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1));
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain }, new ResNetClassifierOptions { Outputs = outputs });

        Scores(classifier, 51, 102, 204)[2].Should().BeApproximately(0.8f, 1e-5f);
    }

    [Fact]
    public void Create_NoProfile_TakesTorchvisionsAtTheModelsSize()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 299, 299]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes));

        classifier.Profile.Crop.Should().Be(new CropRule(299, 299, CropRounding.HalfToEven));
        classifier.Profile.Mean.Should().Be(PreprocessingProfile.Torchvision.Mean);
        classifier.Classify(OneColor(255, 255, 0), 2).Predictions.Should().HaveCount(2);
    }

    [Fact]
    public void Create_ProfileOfAnotherSize_SaysBothShapes()
    {
        ModelDefinition model = new(OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 32, 32])) { Profile = Plain };

        Creating(model).Should().Throw<ResNetException>().WithMessage("*[?, 3, 32, 32]*[N, 3, 24, 40]*");
    }

    [Fact]
    public void Create_ModelsThatAreNoClassifier_SayWhy()
    {
        byte[] doubles = new OnnxModelBuilder().Input("x", [-1, 3, 24, 40], elementType: 11).Output("y", [-1, 3, 24, 40], elementType: 11).Node("Abs", ["x"], ["y"]).Build();
        byte[] image = new OnnxModelBuilder().Input("x", [-1, 3, 24, 40]).Output("y", [-1, 3, 24, 40]).Node("Abs", ["x"], ["y"]).Build();
        byte[] two = new OnnxModelBuilder().Input("a", [-1, 3, 24, 40]).Input("b", [-1, 3, 24, 40]).Output("y", [-1, 3, 24, 40]).Node("Add", ["a", "b"], ["y"]).Build();

        Creating(new ModelDefinition(doubles) { Profile = Plain }).Should().Throw<ResNetException>().WithMessage("*'x' Double [?, 3, 24, 40]*but its profile makes Float *");
        Creating(new ModelDefinition(image) { Profile = Plain }).Should().Throw<ResNetException>().WithMessage("*'y' [?, 3, 24, 40]*[N, classes]*");
        Creating(new ModelDefinition(two) { Profile = Plain }).Should().Throw<ResNetException>().WithMessage("*2 inputs*'a'*'b'*");
    }

    [Fact]
    public void Create_WrongNamesOrLabels_SayWhatThereIs()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40]);

        Creating(new ModelDefinition(bytes) { Profile = Plain, InputName = "data" }).Should().Throw<ResNetException>().WithMessage("*no input 'data'*'image'*");
        Creating(new ModelDefinition(bytes) { Profile = Plain, OutputName = "prob" }).Should().Throw<ResNetException>().WithMessage("*no output 'prob'*'scores'*");
        Creating(new ModelDefinition(bytes) { Profile = Plain, Labels = LabelSet.Cifar10 }).Should().Throw<ResNetException>().WithMessage("*4 classes*'CIFAR-10' has 10*");
    }

    [Fact]
    public void Create_NoSuchFileOrNoOnnxFile_SaysSo()
    {
        using TemporaryFolder folder = new();

        Creating(new ModelDefinition(Path.Combine(folder.FullPath, "none.onnx"))).Should().Throw<ModelUnavailableException>().WithMessage("*none.onnx*");
        Creating(new ModelDefinition(folder.Write("text.onnx", "<html>"))).Should().Throw<InferenceException>().WithMessage("*text.onnx*");
        ((Action)(() => _ = new ModelDefinition(""))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = new ModelDefinition(ReadOnlyMemory<byte>.Empty))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Create_ZooVariantWithoutFile_SaysHowToGetIt()
    {
        using TemporaryFolder folder = new();

        ((Action)(() => ResNetClassifier.Create(ResNetVariant.ResNet50V1, new ResNetClassifierOptions { Store = new ModelStore(new ModelStoreOptions { RootFolder = folder.FullPath, Offline = true }) }).Dispose()))
            .Should().Throw<ModelUnavailableException>().WithMessage("*resnet50-v1-7.onnx*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_ZooVariantThatIsNotHere_IsDownloadedOnceAndClassifies(bool asynchronously)
    {
        // A model of ImageNet's shape in the role of the variant: the score of class 0 is the mean of red, and so on; the other 997 have none.
        float[] weights = new float[1000 * 3];
        (weights[0], weights[4], weights[8]) = (1, 1, 1);
        byte[] file = OnnxModelBuilder.PlaneMeans(weights, new float[1000], [-1, 3, 224, 224], ResNetVariant.ResNet50V1.InputName, ResNetVariant.ResNet50V1.OutputName);
        ResNetVariant variant = StoreFixture.VariantOf(file);
        using TemporaryFolder folder = new();
        await using TestServer server = await TestServer.StartAsync(file);
        ModelStoreOptions store = new() { RootFolder = folder.FullPath, LocalFolders = [], Sources = [ModelSource.Mirror(server.Address)], Offline = false };
        ResNetClassifierOptions options = new() { Store = new ModelStore(store), Profile = Plain.WithCrop(224, 224) };
        RecordedProgress progress = new();

        using ResNetClassifier first = asynchronously ? await ResNetClassifier.CreateAsync(variant, options, progress) : ResNetClassifier.Create(variant, options, progress);
        using ResNetClassifier offline = ResNetClassifier.Create(variant, options with { Store = new ModelStore(store with { Offline = true }) });

        server.Requests.Should().ContainSingle();
        progress.Reports.Select(r => r.Stage).Should().StartWith(ModelDownloadStage.Downloading).And.EndWith(ModelDownloadStage.Done);
        offline.Classify(OneColor(0, 255, 0)).Best.Should().Be(first.Classify(OneColor(0, 255, 0)).Best).And.Match<Prediction>(p => p.ClassIndex == 1 && p.Label == LabelSet.ImageNet[1]);
        first.ModelName.Should().Be(variant.Id);
    }

    [Fact]
    public async Task Create_OptionOutOfRange_IsSaidBeforeAnythingIsDownloaded()
    {
        using TemporaryFolder folder = new();
        await using TestServer server = await TestServer.StartAsync([]);
        ModelStore store = new(new ModelStoreOptions { RootFolder = folder.FullPath, Sources = [ModelSource.Mirror(server.Address)], Offline = false });

        ((Action)(() => ResNetClassifier.Create(ResNetVariant.ResNet50V1, new ResNetClassifierOptions { Store = store, Threads = 0 }).Dispose())).Should().Throw<ArgumentOutOfRangeException>();

        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void Create_OpsetThatOnnxRuntimeRefuses_IsUpgraded(int opset)
    {
        // BatchNormalization as it was: with is_test, which ONNX Runtime does not open.
        float[] twos = [2, 2, 2], zeros = new float[3], ones = [1, 1, 1];
        OnnxModelBuilder model = new() { Opset = opset, IrVersion = 3 };
        model.Input("data", [1, 3, 24, 40]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Initializer("scale", [3], twos).Initializer("shift", [3], zeros).Initializer("mean", [3], zeros).Initializer("variance", [3], ones);
        (string, long)[] attributes = opset < 6 ? [("is_test", 1)] : [("is_test", 1), ("spatial", 1)];
        model.Node("BatchNormalization", ["data", "scale", "shift", "mean", "variance"], ["normal"], attributes);
        model.Node("GlobalAveragePool", ["normal"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1), ("broadcast", 1));
        ((Action)(() => OrtSession.FromMemory(model.Build(), "old", new SessionSettings { IntraOpThreads = 1 }).Dispose())).Should().Throw<InferenceException>();
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain }, new ResNetClassifierOptions { Outputs = ModelOutputs.Features });

        Scores(classifier, 51, 102, 204).Zip([0.4f, 0.8f, 1.6f, 0.25f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4);
        classifier.Embed(OneColor(51, 102, 204)).Zip([0.4f, 0.8f, 1.6f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4);
    }

    [Fact]
    public void Create_Caffe2sFilesOfOpset3And6_AnswerAsOpset9Does()
    {
        // Twins: the topology of the files, the same made-up weights in all three.
        using TemporaryFolder folder = new();
        byte[] pixels = new byte[240 * 230 * 3];
        new Random(2).NextBytes(pixels);
        List<float[]> scores = [];
        List<float[]> features = [];
        foreach (ResNetVariant file in new[] { ResNetVariant.ResNet50Caffe2Opset9, ResNetVariant.ResNet50Caffe2Opset6, ResNetVariant.ResNet50Caffe2Opset3 })
        {
            byte[] bytes = ZooModels.Build(file.Id, seed: 3).ToArray();
            ResNetVariant variant = StoreFixture.VariantOf(bytes, file);
            folder.Write(file.FileName, bytes);
            ModelStore store = new(new ModelStoreOptions { RootFolder = folder["store"], LocalFolders = [folder.FullPath], Offline = true, Catalog = [variant] });
            using ResNetClassifier classifier = ResNetClassifier.Create(variant, new ResNetClassifierOptions { Store = store, Outputs = ModelOutputs.Features | ModelOutputs.ActivationMaps, KeepOptimizedModel = false });
            float[] output = new float[1000];
            classifier.GetScores(new PixelView(pixels, 240, 230), output);
            scores.Add(output);
            features.Add(classifier.Embed(new PixelView(pixels, 240, 230), normalize: true));
        }

        for (int i = 1; i < 3; i++)
        {
            scores[i].Zip(scores[0], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-6);
            features[i].Zip(features[0], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        }

        scores[0].Sum().Should().BeApproximately(1, 1e-4f);
        scores[0].Max().Should().BeGreaterThan(0.0011f, "the made-up weights do tell classes apart");
        features[0].Should().HaveCount(2048);
    }

    [Fact]
    public void Create_OldOpsetThatCannotBeUpgraded_SaysBothReasons()
    {
        byte[] model = new OnnxModelBuilder { Opset = 3, IrVersion = 3 }.Input("x", [1, 3, 24, 40]).Output("y", [1, 4]).Node("MadeUp", ["x"], ["y"]).Build();

        Creating(new ModelDefinition(model) { Profile = Plain }).Should().Throw<ResNet.Net.Onnx.OnnxModelException>().WithMessage("*As it is: *MadeUp*With the changes*MadeUp*");
    }

    [Fact]
    public void Create_WeightsThatCouldBeReplaced_AreConstants()
    {
        OnnxModelBuilder model = new();
        model.Input("data", [1, 3, 24, 40]).Input("weights", [4, 3]).Input("bias", [4]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Node("GlobalAveragePool", ["data"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1));
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain });

        Scores(classifier, 51, 102, 204)[2].Should().BeApproximately(0.8f, 1e-5f);
    }

    [Fact]
    public void Create_OptionsOutOfRange_AreNamed()
    {
        Creating(new ResNetClassifierOptions { Threads = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Threads");
        Creating(new ResNetClassifierOptions { Crops = (CropSampling)2 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Crops");
        Creating(new ResNetClassifierOptions { BatchSize = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("BatchSize");
        Creating(new ResNetClassifierOptions { Optimization = (GraphOptimizationLevel)7 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Optimization");
        Creating(new ResNetClassifierOptions { Decoding = new ImageDecodingOptions { MaxPixels = 0 } }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MaxPixels");
        Creating(new ResNetClassifierOptions { Profile = PreprocessingProfile.Cifar10 with { Std = default } }).Should().Throw<ArgumentException>().WithMessage("*standard deviation*");
        Creating(new ResNetClassifierOptions { ExecutionProvider = new ExecutionProvider("Imaginary") }).Should().Throw<ResNetException>().WithMessage("*'Imaginary'*");
    }

    [Fact]
    public void Create_ConfigureSession_IsCalledOnceAfterTheOptionsAndWins()
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
        ResNet.Net.Onnx.OnnxModel.Load(path).Graph.Nodes.Should().Contain(n => n.OpType == "Relu", "nothing was fused");
        float[] scores = new float[10];
        float[] expected = new float[10];
        for (int i = 0; i < 2; i++)
        {
            PixelView image = OneColor((byte)(100 * i), 50, 200);
            classifier.GetScores(image, scores);
            plain.GetScores(image, expected);
            scores.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4, "each run sees its own image");
        }
    }

    [Theory]
    [InlineData("CUDA")]
    [InlineData("TensorRT")]
    public void Create_ProviderThatIsNotInThePackage_SaysWhichPackageHasIt(string provider)
    {
        Creating(new ResNetClassifierOptions { ExecutionProvider = new ExecutionProvider(provider) })
            .Should().Throw<ResNetException>().WithMessage($"*'{provider}' is not in ONNX Runtime*CPUExecutionProvider*Microsoft.ML.OnnxRuntime.Gpu*");
    }

    [Fact]
    public async Task CreateAsync_Variant_IsReady()
    {
        using ResNetClassifier classifier = await ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20);

        classifier.Labels.Count.Should().Be(10);
        await ((Func<Task>)(() => ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20, cancellationToken: new CancellationToken(canceled: true)))).Should().ThrowAsync<OperationCanceledException>();
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
        ((Action)(() => classifier.GetProbabilities([default], new float[10]))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => classifier.GetScores(OneColor(1, 2, 3), new float[10]))).Should().Throw<ObjectDisposedException>();
        await ((Func<Task>)(() => classifier.ClassifyAsync(path))).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public void Dispose_WhileABatchIsPrepared_LetsItEnd()
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

    /// <summary>Paths that dispose the classifier as soon as the first of them is asked for.</summary>
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

    private static Action Creating(ResNetClassifierOptions options) => () => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options).Dispose();
}
