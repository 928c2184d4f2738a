using Microsoft.Extensions.Logging;
using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Classifies with small models whose logits are the means of red, green and blue, and that end in different ways.</summary>
public class OutputKindTests
{
    // The color (51, 102, 204) has these means.
    private static readonly double[] Logits = [0.2, 0.4, 0.8];

    [Theory]
    [InlineData("Softmax")]
    [InlineData("Softmax", "Identity")]
    [InlineData("Softmax", "Flatten")]
    [InlineData("LogSoftmax")]
    [InlineData]
    public void Classify_KindFromTheGraph_ReturnsSoftmaxOfLogits(params string[] end)
    {
        using ResNetClassifier classifier = Create(Model(3, end));

        double sum = Logits.Sum(Math.Exp);
        Probabilities(classifier).Should().Equal(Logits.Select(l => Math.Exp(l) / sum), IsNear);
    }

    [Theory]
    [InlineData("Sigmoid")]
    [InlineData("Sigmoid", "Identity")]
    public void Classify_SeveralSigmoids_ReturnsIndependentProbabilities(params string[] end)
    {
        using ResNetClassifier classifier = Create(Model(3, end));

        Probabilities(classifier).Should().Equal(Logits.Select(Logistic), IsNear);
    }

    [Theory]
    [InlineData("Sigmoid")]
    [InlineData]
    public void Classify_OneOutput_ReturnsTheProbabilitiesOfTwoClasses(params string[] end)
    {
        using ResNetClassifier classifier = Create(Model(1, end) with { Labels = new LabelSet("binary", ["no", "yes"]) });

        Classification result = classifier.Classify(Color(), topK: 5);

        double yes = Logistic(Logits[0]);
        result.Predictions.Select(p => p.Label).Should().Equal("yes", "no");
        Probabilities(classifier).Should().Equal([1 - yes, yes], IsNear);
        float[] scores = new float[1];
        classifier.GetScores(Color(), scores);
        scores[0].Should().BeApproximately((float)(end.Length > 0 ? yes : Logits[0]), 1e-5f);
    }

    [Fact]
    public void ClassifyBatch_OneOutput_HasTwoClasses()
    {
        using ResNetClassifier classifier = Create(Model(1, "Sigmoid"), new ResNetClassifierOptions { BatchSize = 2 });
        string[] paths = TestFolders.SampleImagePaths[..3];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths);

        for (int i = 0; i < paths.Length; i++)
        {
            IReadOnlyList<Prediction> predictions = outcomes[i].Value.Predictions;
            predictions.Should().Equal(
                classifier.Classify(paths[i]).Predictions,
                (a, e) => a.ClassIndex == e.ClassIndex && Math.Abs(a.Probability - e.Probability) < 1e-6);
            predictions.Sum(p => p.Probability).Should().BeApproximately(1, 1e-6f);
        }
    }

    [Fact]
    public void Explain_OneOutput_NegatesTheMapForClassZero()
    {
        using ResNetClassifier classifier = Create(Model(1), new ResNetClassifierOptions { ActivationMaps = true });

        float[] yes = classifier.Explain(Color(), 1).Values.ToArray();
        float[] no = classifier.Explain(Color(), 0).Values.ToArray();

        yes.Average().Should().BeApproximately((float)Logits[0], 1e-5f);
        no.Should().Equal(yes.Select(v => -v));
    }

    [Fact]
    public void Create_OneOutputAfterSoftmax_Throws()
        => Creating(Model(1, "Softmax")).Should().Throw<ResNetException>().WithMessage("*always 1*without Softmax*");

    [Fact]
    public void Create_OneOutputWithThreeLabels_ThrowsWithBothCounts()
        => Creating(Model(1) with { Labels = new LabelSet("three", ["a", "b", "c"]) })
            .Should().Throw<ResNetException>().WithMessage("*2 classes*'three' has 3 labels*");

    [Theory]
    [InlineData(OutputKind.Probabilities)]
    [InlineData(OutputKind.IndependentProbabilities)]
    public void Classify_LogitsDeclaredAsProbabilities_ThrowsWithTheValue(OutputKind declared)
    {
        using ResNetClassifier classifier = Create(Model(3, "Neg") with { OutputKind = declared });

        classifier.Invoking(c => c.Classify(Color())).Should().Throw<ResNetException>().WithMessage("*-0.2*class 0*OutputKind to Logits*");
    }

    [Fact]
    public void Classify_IndependentProbabilitiesDeclaredAsProbabilities_ThrowsWithTheSum()
    {
        using ResNetClassifier classifier = Create(Model(3, "Sigmoid", "Abs") with { OutputKind = OutputKind.Probabilities });

        classifier.Invoking(c => c.Classify(Color())).Should().Throw<ResNetException>().WithMessage("*sum 1.8*IndependentProbabilities*");
    }

    [Fact]
    public void Classify_SoftmaxOverAnotherAxis_ThrowsWithTheSum()
    {
        byte[] bytes = Base(3).Node("Softmax", ["logits"], ["scores"], ("axis", 0)).Output("scores", [-1, 3]).Build();
        using ResNetClassifier classifier = Create(new ModelDefinition(bytes));

        classifier.Invoking(c => c.Classify(Color())).Should().Throw<ResNetException>().WithMessage("*sum 3 instead of 1*");
    }

    [Fact]
    public void Create_OneSigmoidDeclaredAsProbabilities_IsBinary()
    {
        using ResNetClassifier classifier = Create(Model(1, "Sigmoid") with { OutputKind = OutputKind.Probabilities });

        classifier.OutputKind.Should().Be(OutputKind.IndependentProbabilities);
        Probabilities(classifier).Should().Equal([1 - Logistic(Logits[0]), Logistic(Logits[0])], IsNear);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(OutputKind.Logits, 0)]
    public void Create_UnknownEndOfGraph_WarnsUnlessTheKindIsDeclared(OutputKind? declared, int warnings)
    {
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(
            Model(3, "Abs") with { OutputKind = declared }, new ResNetClassifierOptions { LoggerFactory = logs });

        classifier.OutputKind.Should().Be(OutputKind.Logits);
        logs.Of("OutputKindAssumed").Select(e => e.Level).Should().Equal(Enumerable.Repeat(LogLevel.Warning, warnings));
    }

    [Theory]
    [InlineData("Softmax", "Clip")]
    [InlineData("Softmax", "Abs")]
    [InlineData("LogSoftmax", "Exp")]
    public void Create_ProbabilitiesOfAnUnknownEnd_AreRecognizedByTheirSum(params string[] end)
    {
        using RecordingLoggers logs = new();
        foreach (CropSampling crops in Enum.GetValues<CropSampling>())
        {
            using ResNetClassifier classifier = Create(
                Model(3, end), new ResNetClassifierOptions { Crops = crops, LoggerFactory = logs });

            classifier.OutputKind.Should().Be(OutputKind.Probabilities);
            double sum = Logits.Sum(Math.Exp);
            Probabilities(classifier).Should().Equal(Logits.Select(l => Math.Exp(l) / sum), IsNear);
        }

        logs.Of("OutputKindAssumed").Should().BeEmpty();
    }

    [Fact]
    public void Create_LogitsAndSigmoidOfAnotherLayer_AsksForTheName()
    {
        byte[] bytes = Base(3)
            .Node("Gemm", ["features", "weights"], ["quality_logits"], ("transB", 1))
            .Node("Sigmoid", ["quality_logits"], ["quality"])
            .Output("logits", [-1, 3])
            .Output("quality", [-1, 3])
            .Build();

        Creating(new ModelDefinition(bytes)).Should().Throw<ResNetException>().WithMessage("*'logits' (Logits), 'quality' (Sigmoid)*");
    }

    [Theory]
    [InlineData(OutputKind.Logits, true)]
    [InlineData(OutputKind.Probabilities, false)]
    public void Create_DeclaredKind_IsUsedAndLoggedIfTheGraphContradicts(OutputKind declared, bool contradicts)
    {
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(
            Model(3, "Softmax") with { OutputKind = declared }, new ResNetClassifierOptions { LoggerFactory = logs });

        double sum = Logits.Sum(Math.Exp);
        double[] expected = [.. Logits.Select(l => Math.Exp(l) / sum)];
        if (contradicts)
        {
            double again = expected.Sum(Math.Exp);
            expected = [.. expected.Select(p => Math.Exp(p) / again)];
        }

        Probabilities(classifier).Should().Equal(expected, IsNear);
        logs.Of("OutputKindContradicted").Select(e => e.Level).Should().Equal(contradicts ? [LogLevel.Warning] : []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Create_SeveralOutputs_SelectsTheScoresByStructure(bool scoresFirst)
    {
        OnnxModelBuilder model = Base(3).Node("Softmax", ["logits"], ["scores"], ("axis", 1));
        string[] outputs = scoresFirst ? ["scores", "features", "logits"] : ["features", "logits", "scores"];
        foreach (string output in outputs)
        {
            model.Output(output, [-1, 3]);
        }

        using ResNetClassifier classifier = Create(new ModelDefinition(model.Build()));

        double sum = Logits.Sum(Math.Exp);
        Probabilities(classifier).Should().Equal(Logits.Select(l => Math.Exp(l) / sum), IsNear);
    }

    [Fact]
    public void Create_TwoOutputsOfTheSameKind_AsksForTheName()
    {
        byte[] bytes = Base(3)
            .Node("Softmax", ["logits"], ["a"], ("axis", 1))
            .Node("Sigmoid", ["logits"], ["b"])
            .Output("a", [-1, 3])
            .Output("b", [-1, 3])
            .Build();

        Creating(new ModelDefinition(bytes)).Should().Throw<ResNetException>().WithMessage("*'a' (Softmax), 'b' (Sigmoid)*OutputName*");
        using ResNetClassifier named = Create(new ModelDefinition(bytes) { OutputName = "b" });
        Probabilities(named).Should().Equal(Logits.Select(Logistic), IsNear);
    }

    [Fact]
    public void Create_BackboneWithoutClassificationLayer_Throws()
    {
        byte[] bytes = new OnnxModelBuilder()
            .Input("image", [-1, 3, 24, 40])
            .Node("Relu", ["image"], ["branch"])
            .Node("Add", ["image", "branch"], ["sum"])
            .Node("Relu", ["sum"], ["maps"])
            .Node("GlobalAveragePool", ["maps"], ["pooled"])
            .Output("pooled", [-1, 3, 1, 1])
            .Build();

        Creating(new ModelDefinition(bytes)).Should().Throw<ResNetException>().WithMessage(
            "*'pooled'*no classification layer*ResNetEmbedder*OutputKind*");
        using ResNetClassifier declared = Create(new ModelDefinition(bytes) { OutputKind = OutputKind.Logits });
        double[] logits = [.. Logits.Select(l => 2 * l)];
        Probabilities(declared).Should().Equal(logits.Select(l => Math.Exp(l) / logits.Sum(Math.Exp)), IsNear);
    }

    [Fact]
    public void Classify_TenCropOfOneOutput_AveragesProbabilities()
    {
        ResNetClassifierOptions options = new() { Crops = CropSampling.TenCrop };
        using ResNetClassifier classifier = ResNetClassifier.Create(
            Model(1, "Sigmoid") with { Profile = Plain with { Resize = ResizeRule.Squash(48, 30) } }, options);

        Probabilities(classifier).Should().Equal([1 - Logistic(Logits[0]), Logistic(Logits[0])], IsNear);
    }

    [SharedTheory]
    [InlineData("softmax.onnx", false)]
    [InlineData("two_out.onnx", true)]
    public void Classify_ReportedModel_FollowsItsRawOutput(string name, bool isLogits)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(Reported(name)));
        float[] output = new float[classifier.Labels.Count];
        foreach (string path in TestFolders.SampleImagePaths)
        {
            using DecodedImage image = new SkiaSharpDecoder().Decode(File.ReadAllBytes(path));
            classifier.GetScores(image.Pixels, output);
            double sum = output.Sum(o => Math.Exp(o));
            IEnumerable<double> expected = output.Select(o => isLogits ? Math.Exp(o) / sum : o);

            IEnumerable<Prediction> predictions = classifier.Classify(path, output.Length).Predictions;

            predictions.OrderBy(p => p.ClassIndex).Select(p => (double)p.Probability).Should().Equal(expected, IsNear);
        }
    }

    [SharedFact]
    public void Classify_ReportedBinaryModel_ReturnsItsOutputAsTheProbabilityOfClassOne()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(Reported("binary1.onnx")));
        float[] output = new float[1];
        foreach (string path in TestFolders.SampleImagePaths)
        {
            using DecodedImage image = new SkiaSharpDecoder().Decode(File.ReadAllBytes(path));
            classifier.GetScores(image.Pixels, output);

            Prediction[] predictions = [.. classifier.Classify(path).Predictions.OrderBy(p => p.ClassIndex)];

            output[0].Should().BeInRange(0.01f, 0.99f);
            predictions.Select(p => p.Probability).Should().Equal([1 - output[0], output[0]], (a, e) => Math.Abs(a - e) < 1e-6);
        }
    }

    private static string Reported(string name) => Path.Combine(TestFolders.Shared, "reports", "models", name);

    private static OnnxModelBuilder Base(int classes) => new OnnxModelBuilder()
        .Input("image", [-1, 3, 24, 40])
        .Initializer("weights", [classes, 3], [.. Enumerable.Range(0, classes * 3).Select(i => i % 4 == 0 ? 1f : 0f)])
        .Node("GlobalAveragePool", ["image"], ["means"])
        .Node("Flatten", ["means"], ["features"], ("axis", 1))
        .Node("Gemm", ["features", "weights"], ["logits"], ("transB", 1));

    private static ModelDefinition Model(int classes, params string[] end)
    {
        OnnxModelBuilder model = Base(classes);
        string value = "logits";
        foreach (string operation in end)
        {
            string result = $"{value}_{operation}";
            model.Node(operation, [value], [result], operation is "Softmax" or "LogSoftmax" or "Flatten" ? [("axis", 1L)] : []);
            value = result;
        }

        return new ModelDefinition(model.Output(value, [-1, classes]).Build());
    }

    private static ResNetClassifier Create(ModelDefinition model, ResNetClassifierOptions? options = null)
        => ResNetClassifier.Create(model with { Profile = Plain }, options);

    private static Action Creating(ModelDefinition model) => () => Create(model).Dispose();

    private static PixelView Color()
        => new(Enumerable.Repeat(new byte[] { 51, 102, 204 }, 80 * 48).SelectMany(c => c).ToArray(), 80, 48);

    private static double[] Probabilities(ResNetClassifier classifier)
        => [.. classifier.Classify(Color(), 10).Predictions.OrderBy(p => p.ClassIndex).Select(p => (double)p.Probability)];

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static bool IsNear(double actual, double expected) => Math.Abs(actual - expected) < 1e-5;
}
