using System.Security.Cryptography;
using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

public class ResNetVariantTests
{
    [Fact]
    public void All_Variants_HaveDistinctIdsAndFiles()
    {
        ResNetVariant.All.Where(v => v is { IsEmbedded: false, IsBackbone: false, IsImported: false }).Select(v => v.Id)
            .Should().BeEquivalentTo(ZooModels.Ids);
        ResNetVariant.All.Where(v => v.IsImported)
            .Should().Equal(ResNetVariant.ResNet50Caffe2Float, ResNetVariant.ResNet50Caffe2Quantized);
        ResNetVariant.All.Where(v => v.IsBackbone).Should().Equal(ResNetVariant.ResNet18Backbone);
        ResNetVariant.All.Where(v => v.IsEmbedded).Should().Equal(ResNetVariant.Cifar10ResNet20, ResNetVariant.Cifar10ResNet20Int8);
        ResNetVariant.All.Select(v => v.Id).Should().OnlyHaveUniqueItems();
        VariantFile[] onnx = [.. ResNetVariant.All.Where(v => !v.IsImported).Select(v => v.Files.Should().ContainSingle().Which)];
        onnx.Select(f => f.Name).Should().OnlyHaveUniqueItems().And.OnlyContain(f => f.EndsWith(".onnx"));
        onnx.Select(f => f.Sha256).Should().OnlyHaveUniqueItems().And.AllSatisfy(h => h.Should().MatchRegex("^[0-9a-f]{64}$"));
    }

    [SharedFact]
    public void All_ZooVariants_MatchPublishedFacts()
    {
        using JsonDocument zoo = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestFolders.Shared, "zoo", "zoo.json")));
        List<JsonElement> published = [.. zoo.RootElement.GetProperty("variants").EnumerateArray()];
        published.Should().HaveCount(18);
        foreach (JsonElement fact in published)
        {
            JsonElement top5 = fact.GetProperty("top5");
            VariantFile testData = new(
                Text(fact, "testDataArchive")!, fact.GetProperty("testDataBytes").GetInt64(), Text(fact, "testDataSha256")!);
            ResNetVariant variant = ResNetVariant.Parse(Text(fact, "id")!);
            variant.Id.Should().Be(Text(fact, "id"));
            variant.Files[0].Name.Should().Be(Text(fact, "file"));
            variant.Origin.ToString().Should().BeEquivalentTo(Text(fact, "origin"));
            variant.Depth.Should().Be(fact.GetProperty("depth").GetInt32());
            $"v{variant.Version}".Should().Be(Text(fact, "version"));
            variant.Opset.Should().Be(fact.GetProperty("opset").GetInt32());
            variant.Precision.ToString().Should().BeEquivalentTo(Text(fact, "precision"));
            (variant.QuantizationFormat?.ToString().ToUpperInvariant()).Should().Be(Text(fact, "quantFormat")?.ToUpperInvariant());
            variant.Bytes.Should().Be(fact.GetProperty("bytes").GetInt64());
            variant.Files[0].Sha256.Should().Be(Text(fact, "sha256"));
            variant.InputName.Should().Be(Text(fact, "input"));
            variant.OutputName.Should().Be(Text(fact, "output"));
            variant.OutputKind.ToString().Should().BeEquivalentTo(Text(fact, "outputKind"));
            variant.FeatureName.Should().Be(Text(fact, "feature"));
            variant.FeatureSize.Should().Be(fact.GetProperty("featureDim").GetInt32());
            variant.Top1.Should().Be(fact.GetProperty("top1").GetDouble());
            variant.Top5.Should().Be(top5.ValueKind == JsonValueKind.Null ? null : top5.GetDouble());
            variant.AccuracySource.Should().Be(Text(fact, "accuracySource"));
            variant.Profile.Name.Should().Be(Text(fact, "profile"));
            variant.FixedBatch.Should().Be(fact.TryGetProperty("batch", out _) ? 1 : null);
            variant.LoadsInOnnxRuntime.Should().Be(!fact.TryGetProperty("loadsInOnnxRuntime", out _));
            variant.TestData.Should().Be(testData);
            variant.Labels.Should().BeSameAs(LabelSet.ImageNet);
            variant.InputSize.Should().Be(224);
        }
    }

    [Theory]
    [InlineData("resnet20-cifar10")]
    [InlineData("resnet20-cifar10-int8")]
    public void All_EmbeddedFile_MatchesStatedSizeAndHash(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);
        using Stream stream = typeof(ResNetVariant).Assembly.GetManifestResourceStream(variant.Files[0].Name)!;

        stream.Length.Should().Be(variant.Bytes);
        Convert.ToHexStringLower(SHA256.HashData(stream)).Should().Be(variant.Files[0].Sha256);
        variant.Labels.Should().BeSameAs(LabelSet.Cifar10);
        variant.InputSize.Should().Be(32);
    }

    [Theory]
    [InlineData("resnet20-cifar10")]
    [InlineData("resnet20-cifar10-int8")]
    public void All_EmbeddedFile_MatchesStatedNamesAndShapes(string id)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);
        OnnxModel model = EmbeddedModel.Parse(variant);

        ClassifierHead head = ClassifierHead.Find(model, variant.OutputName);

        model.Graph.FeedInputs.Should().ContainSingle().Which.Name.Should().Be(variant.InputName);
        model.Opset.Should().Be(variant.Opset);
        head.FeatureNames.Should().Contain(variant.FeatureName);
        (head.FeatureCount, head.ClassCount).Should().Be((variant.FeatureSize, variant.Labels.Count));
    }

    [Fact]
    public void Parse_UpperCaseId_ReturnsVariant()
        => ResNetVariant.All.Should().OnlyContain(v => ReferenceEquals(ResNetVariant.Parse(v.Id.ToUpperInvariant()), v));

    [Fact]
    public void Parse_UnknownId_ThrowsWithIdAndValidIds()
        => FluentActions.Invoking(() => ResNetVariant.Parse("resnet51-v1-7"))
            .Should().Throw<ArgumentException>()
            .WithMessage("*'resnet51-v1-7'*resnet50-v1-7*resnet20-cifar10*");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("resnet50")]
    public void TryParse_UnknownId_ReturnsFalse(string? id)
    {
        ResNetVariant.TryParse(id, out ResNetVariant? variant).Should().BeFalse();
        variant.Should().BeNull();
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
