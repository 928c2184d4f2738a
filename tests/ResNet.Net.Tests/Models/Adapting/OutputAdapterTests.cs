using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Classifies with models whose outputs are maps, labels, other element types or other shapes.</summary>
public class OutputAdapterTests
{
    private const int Float = 1, Int64 = 7, Text = 8, Half = 10, Double = 11;
    private const int Classes = 3;

    // The means of the color (51, 102, 204), which are the logits.
    private static readonly double[] Logits = [0.2, 0.4, 0.8];

    private static double[] Softmax
    {
        get
        {
            double sum = Logits.Sum(Math.Exp);
            return [.. Logits.Select(l => Math.Exp(l) / sum)];
        }
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void Create_LabelAndMap_ReadsProbabilitiesAndLabels(bool isText, bool isSequence, bool labelsLast)
    {
        OnnxModelBuilder model = Base().Node("Softmax", ["logits"], ["probabilities"], ("axis", 1));
        AddMap(model, "probabilities", isText, isSequence, labelsLast);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Profile = Plain });

        string[] labels = [.. Enumerable.Range(0, Classes).Select(i => classifier.Labels[i])];

        labels.Should().Equal(isText ? ["apple", "pear", "plum"] : ["10", "20", "30"]);
        classifier.OutputKind.Should().Be(OutputKind.Probabilities);
        Probabilities(classifier).Should().Equal(Softmax, IsNear);
        IReadOnlyList<ClassificationOutcome> batch = classifier.ClassifyBatch(TestFolders.SampleImagePaths);
        batch.Select(o => o.Value.Best).Should().Equal(TestFolders.SampleImagePaths.Select(p => classifier.Classify(p).Best), IsNear);
    }

    [Fact]
    public void Create_MapOfUnknownValues_ContainsProbabilities()
    {
        OnnxModelBuilder model = Base()
            .Node("Exp", ["logits"], ["positive"])
            .Node("ReduceSum", ["positive"], ["sum"])
            .Node("Div", ["positive", "sum"], ["probabilities"]);
        AddMap(model, "probabilities", isText: true, isSequence: true, labelsLast: false);
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(model.Build()) { Profile = Plain }, new ResNetClassifierOptions { LoggerFactory = logs });

        classifier.OutputKind.Should().Be(OutputKind.Probabilities);
        Probabilities(classifier).Should().Equal(Softmax, IsNear);
        logs.Of("OutputKindAssumed").Should().BeEmpty();
    }

    [Fact]
    public void Create_MapOfLogits_AppliesSoftmax()
    {
        OnnxModelBuilder model = Base();
        AddMap(model, "logits", isText: true, isSequence: true, labelsLast: false);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Profile = Plain });

        Probabilities(classifier).Should().Equal(Softmax, IsNear);
    }

    [Fact]
    public void Create_MapWithDeclaredLabels_UsesTheDeclaredOnes()
    {
        OnnxModelBuilder model = Base().Node("Softmax", ["logits"], ["probabilities"], ("axis", 1));
        AddMap(model, "probabilities", isText: true, isSequence: true, labelsLast: false);
        LabelSet labels = new("own", ["a", "b", "c"]);
        using ResNetClassifier classifier
            = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Profile = Plain, Labels = labels });

        classifier.Labels.Should().BeSameAs(labels);
    }

    [Fact]
    public void Create_MapOfAnotherNumberOfLabels_Throws()
    {
        byte[] bytes = Base()
            .ListNode("ZipMap", "logits", "loss", "classlabels_strings", null, ["one", "two"], "ai.onnx.ml")
            .MapOutput("loss", Text, isSequence: true)
            .Build();

        Creating(bytes).Should().Throw<ResNetException>().WithMessage("*3 classes*2 labels*");
    }

    [Fact]
    public void Create_TextAsOutputName_NamesTheTypes()
    {
        OnnxModelBuilder model = Base().Node("Softmax", ["logits"], ["probabilities"], ("axis", 1));
        AddMap(model, "probabilities", isText: true, isSequence: true, labelsLast: false);
        ModelDefinition definition = new(model.Build()) { Profile = Plain, OutputName = "classLabel" };

        ((Action)(() => ResNetClassifier.Create(definition).Dispose()))
            .Should().Throw<ResNetException>().WithMessage("*'classLabel String*OutputName*");
    }

    [Theory]
    [InlineData(Half, 5e-4)]
    [InlineData(Double, 1e-5)]
    public void Create_ScoresOfAnotherFloatingPointType_AreConverted(int elementType, double tolerance)
    {
        byte[] bytes = Base()
            .Node("Cast", ["logits"], ["scores"], ("to", elementType))
            .Output("scores", [-1, Classes], elementType)
            .Build();
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        classifier.OutputKind.Should().Be(OutputKind.Logits);
        Scores(classifier).Should().Equal(Logits, (a, e) => Math.Abs(a - e) < tolerance);
    }

    [Fact]
    public void Create_IntegerScores_NamesTheTypes()
    {
        byte[] bytes = Base().Node("Cast", ["logits"], ["scores"], ("to", Int64)).Output("scores", [-1, Classes], Int64).Build();

        Creating(bytes).Should().Throw<ResNetException>().WithMessage("*'scores Int64*float32, float16, bfloat16 or double*");
    }

    [Theory]
    [InlineData(new long[] { -1, 3 }, new long[] { -1, 3, 1, 1 }, 8)]
    [InlineData(new long[] { -1, 3 }, new long[] { -1, 1, 1, 3 }, 8)]
    [InlineData(new long[] { -1, 3 }, new long[] { -1, 1, 3 }, 8)]
    [InlineData(new long[] { 1, 3 }, new long[] { 3 }, 1)]
    [InlineData(new long[] { 1, 3 }, new long[] { 3, 1 }, 1)]
    [InlineData(new long[] { -1, 3 }, new long[] { 3 }, 1)]
    [InlineData(new long[] { 2, 3 }, new long[] { 2, 1, 3, 1 }, 2)]
    public void Create_ScoresOfAnotherShape_AreRead(long[] input, long[] output, int batchSize)
    {
        foreach (bool isDeclared in new[] { true, false })
        {
            byte[] bytes = Reshaped(input[0], output, isDeclared);
            using ResNetClassifier classifier = ResNetClassifier.Create(
                new ModelDefinition(bytes) { Profile = Plain }, new ResNetClassifierOptions { BatchSize = 8 });

            Scores(classifier).Should().Equal(Logits, IsNear);
            classifier.BatchSize.Should().Be(batchSize);
            classifier.ClassifyBatch(TestFolders.SampleImagePaths).Select(o => o.Value.Best)
                .Should().Equal(TestFolders.SampleImagePaths.Select(p => classifier.Classify(p).Best), IsNear);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(2)]
    public void Create_OneScorePerImageWithoutItsDimension_IsBinary(int batch)
    {
        byte[] bytes = new OnnxModelBuilder()
            .Input("image", [batch, 3, 24, 40])
            .ListNode("ReduceMean", "image", "means", "axes", [1, 2, 3])
            .Initializer("shape", [1], Int64, BitConverter.GetBytes(-1L))
            .Node("Reshape", ["means", "shape"], ["vector"])
            .Node("Sigmoid", ["vector"], ["score"])
            .Output("score", [batch])
            .Build();
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        double mean = Logits.Average();
        Probabilities(classifier).Should().Equal([1 - Logistic(mean), Logistic(mean)], IsNear);
        classifier.ClassifyBatch(TestFolders.SampleImagePaths).Select(o => o.Value.Best)
            .Should().Equal(TestFolders.SampleImagePaths.Select(p => classifier.Classify(p).Best), IsNear);
    }

    [Theory]
    [InlineData(new long[] { -1, 3, 7 }, "*?, 3, 7] for N images*OutputName*")]
    [InlineData(new long[] { -1, 3, 7, 7 }, "*?, 3, 7, 7] for N images*")]
    [InlineData(new long[] { -1, 0 }, "*?, 0] for N images*")]
    [InlineData(new long[] { -1, 2_000_000_000 }, "*2000000000*at most 16777216 classes*")]
    [InlineData(new long[] { -1, 2_000_000_000, 2_000_000_000 }, "*2000000000, 2000000000*")]
    [InlineData(new long[] { -1, 3_000_000_000 }, "*A dimension is 3000000000*at most 2147483647*")]
    public void Create_OutputThatIsNoVector_Throws(long[] shape, string message)
    {
        // ONNX Runtime cannot infer the shape, which depends on the image, and trusts the declared one.
        byte[] bytes = Base()
            .Initializer("zero", [1], [0])
            .Initializer("sizes", [shape.Length], [.. shape.Select(d => (float)Math.Max(d, 1))])
            .Node("ReduceMean", ["image"], ["mean"], ("keepdims", 0))
            .Node("Mul", ["mean", "zero"], ["nothing"])
            .Node("Add", ["sizes", "nothing"], ["hidden"])
            .Node("Cast", ["hidden"], ["shape"], ("to", Int64))
            .Node("Reshape", ["logits", "shape"], ["scores"])
            .Output("scores", shape)
            .Build();

        Creating(bytes).Should().Throw<ResNetException>().WithMessage(message);
    }

    private static OnnxModelBuilder Base(long batch = -1) => new OnnxModelBuilder()
        .Input("image", [batch, 3, 24, 40])
        .Initializer("weights", [Classes, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])
        .Node("GlobalAveragePool", ["image"], ["means"])
        .Node("Flatten", ["means"], ["features"], ("axis", 1))
        .Node("Gemm", ["features", "weights"], ["logits"], ("transB", 1));

    /// <summary>Adds the two outputs of Custom Vision's files: the label of the best class, and the map.</summary>
    private static void AddMap(OnnxModelBuilder model, string scores, bool isText, bool isSequence, bool labelsLast)
    {
        string[] labels = ["apple", "pear", "plum"];
        long[] keys = [10, 20, 30];
        model.Node("ArgMax", [scores], ["best"], ("axis", 1), ("keepdims", 0));
        if (isText)
        {
            model.TextInitializer("classes", labels);
        }
        else
        {
            model.Initializer("classes", [Classes], Int64, [.. keys.SelectMany(BitConverter.GetBytes)]);
        }

        model.Node("ai.onnx.ml", "ArrayFeatureExtractor", ["classes", "best"], ["classLabel"]);
        model.ListNode(
            "ZipMap",
            scores,
            "loss",
            isText ? "classlabels_strings" : "classlabels_int64s",
            isText ? null : keys,
            isText ? labels : null,
            "ai.onnx.ml");
        int keyType = isText ? Text : Int64;
        foreach (bool isLabel in new[] { !labelsLast, labelsLast })
        {
            _ = isLabel ? model.Output("classLabel", [-1], keyType) : model.MapOutput("loss", keyType, isSequence);
        }
    }

    private static byte[] Reshaped(long batch, long[] shape, bool isDeclared)
    {
        long[] target = [.. shape.Select(d => d < 0 ? 0 : d)];
        OnnxModelBuilder model = Base(batch)
            .Initializer("shape", [shape.Length], Int64, [.. target.SelectMany(BitConverter.GetBytes)])
            .Node("Reshape", ["logits", "shape"], ["scores"]);
        return model.Output("scores", isDeclared ? shape : [.. shape.Select(_ => -1L)]).Build();
    }

    private static Action Creating(byte[] model)
        => () => ResNetClassifier.Create(new ModelDefinition(model) { Profile = Plain }).Dispose();

    private static PixelView Color()
        => new(Enumerable.Repeat(new byte[] { 51, 102, 204 }, 80 * 48).SelectMany(c => c).ToArray(), 80, 48);

    private static double[] Scores(ResNetClassifier classifier)
    {
        float[] scores = new float[Classes];
        classifier.GetScores(Color(), scores);
        return [.. scores.Select(s => (double)s)];
    }

    private static double[] Probabilities(ResNetClassifier classifier)
        => [.. classifier.Classify(Color(), 10).Predictions.OrderBy(p => p.ClassIndex).Select(p => (double)p.Probability)];

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static bool IsNear(double actual, double expected) => Math.Abs(actual - expected) < 1e-5;

    private static bool IsNear(Prediction actual, Prediction expected)
        => actual.ClassIndex == expected.ClassIndex && IsNear(actual.Probability, expected.Probability);
}
