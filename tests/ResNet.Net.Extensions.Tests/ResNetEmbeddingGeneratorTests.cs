using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Extensions.Tests;

public sealed class ResNetEmbeddingGeneratorTests : IDisposable
{
    private static readonly string[] Images = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(
        ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Outputs = ModelOutputs.Features, BatchSize = 4 });

    public void Dispose() => _classifier.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GenerateAsync_SeveralBatches_EqualsEmbed(bool normalize)
    {
        using ResNetEmbeddingGenerator generator = new(_classifier, normalize);

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(
            Images.Select(p => new DataContent(File.ReadAllBytes(p), "image/png")));

        embeddings.Should().HaveCount(Images.Length).And.HaveCountGreaterThan(2 * _classifier.BatchSize);
        embeddings.Usage!.AdditionalCounts!["images"].Should().Be(Images.Length);
        for (int i = 0; i < Images.Length; i++)
        {
            embeddings[i].Dimensions.Should().Be(64);
            embeddings[i].ModelId.Should().Be("resnet20-cifar10");
            embeddings[i].Vector.ToArray().Zip(_classifier.Embed(Images[i], normalize), (a, e) => Math.Abs(a - e))
                .Should().OnlyContain(d => d < 1e-5);
        }
    }

    [Fact]
    public async Task GenerateAsync_DataUri_IsAccepted()
    {
        byte[] image = await File.ReadAllBytesAsync(Images[0]);
        using ResNetEmbeddingGenerator generator = new(_classifier);

        Embedding<float> embedding = (
            await generator.GenerateAsync([new DataContent($"data:image/png;base64,{Convert.ToBase64String(image)}")]))[0];

        TensorPrimitives.Norm(embedding.Vector.Span).Should().BeApproximately(1, 1e-5f);
        (await generator.GenerateAsync([])).Should().BeEmpty();
    }

    [Fact]
    public async Task GenerateAsync_InvalidValueOrOptions_Throws()
    {
        using ResNetEmbeddingGenerator generator = new(_classifier);
        DataContent good = new(await File.ReadAllBytesAsync(Images[0]), "image/png");
        DataContent text = new("no image"u8.ToArray(), "text/plain");
        DataContent lie = new("no image"u8.ToArray(), "image/png");
        Task Generate(DataContent[] values, EmbeddingGenerationOptions? options = null) => generator.GenerateAsync(values, options);

        await ((Func<Task>)(() => Generate([good, text])))
            .Should().ThrowAsync<ArgumentException>().WithMessage("Value 1*'text/plain'*image/jpeg*");
        await ((Func<Task>)(() => Generate([null!]))).Should().ThrowAsync<ArgumentException>().WithMessage("Value 0 is null*");
        await ((Func<Task>)(() => Generate([good, good, good, good, good, lie])))
            .Should().ThrowAsync<ImageDecodeException>().Where(
                e => e.Failure == ImageDecodeFailure.UnsupportedFormat && e.Message.StartsWith("Value 5: "));
        await ((Func<Task>)(() => Generate([good], new() { Dimensions = 128 })))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*128*64*");
        await ((Func<Task>)(() => Generate([good], new() { ModelId = "clip" })))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*'clip'*'resnet20-cifar10'*");
        await Generate([good], new() { Dimensions = 64, ModelId = "ResNet20-CIFAR10" });
    }

    [Fact]
    public async Task GenerateAsync_Canceled_Throws()
    {
        using ResNetEmbeddingGenerator generator = new(_classifier);
        DataContent image = new(await File.ReadAllBytesAsync(Images[0]), "image/png");

        await ((Func<Task>)(() => generator.GenerateAsync([image], cancellationToken: new CancellationToken(true))))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Constructor_WithoutFeatures_Throws()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        ((Action)(() => _ = new ResNetEmbeddingGenerator(plain)))
            .Should().Throw<ArgumentException>().WithMessage("*ModelOutputs.Features*");
    }

    [Fact]
    public void GetService_KnownTypes_AreReturned()
    {
        using ResNetEmbeddingGenerator generator = new(_classifier);

        EmbeddingGeneratorMetadata metadata = (EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions)
            .Should().Be(("resnet.net", "resnet20-cifar10", 64));
        generator.GetService(typeof(ResNetClassifier)).Should().BeSameAs(_classifier);
        generator.GetService(typeof(IEmbeddingGenerator)).Should().BeSameAs(generator);
        generator.GetService(typeof(ResNetClassifier), "key").Should().BeNull();
        generator.GetService(typeof(string)).Should().BeNull();
    }

    [Fact]
    public async Task AddResNetEmbeddingGenerator_DefaultAndKeyed_RequestFeatures()
    {
        using RecordingLoggers logs = new();
        using IHost host = Hosts.Build(logs, b =>
        {
            b.Services.AddResNetEmbeddingGenerator().AddResNetClassifier(ResNetVariant.Cifar10ResNet20, s => s.LoadAtStart = false);
            b.Services.AddKeyedResNetClassifier(
                "int8", ResNetVariant.Cifar10ResNet20Int8).AddKeyedResNetEmbeddingGenerator("int8", normalize: false);
        });
        await host.StartAsync();
        IEmbeddingGenerator<DataContent, Embedding<float>> generator =
            host.Services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        EmbeddingGeneratorMetadata before = generator.GetService<EmbeddingGeneratorMetadata>()!;
        before.DefaultModelDimensions.Should().Be(64, "the catalog knows it before the model is loaded");
        generator.GetService<ResNetClassifier>().Should().BeNull();
        DataContent image = new(await File.ReadAllBytesAsync(Images[0]), "image/png");

        ReadOnlyMemory<float> one = await generator.GenerateVectorAsync(image);
        ReadOnlyMemory<float> other = await host.Services.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            "int8").GenerateVectorAsync(image);

        one.ToArray().Zip(_classifier.Embed(Images[0], normalize: true), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        TensorPrimitives.CosineSimilarity(one.Span, other.Span).Should().BeGreaterThan(0.9f, "int8 is close to float");
        TensorPrimitives.Norm(other.Span).Should().NotBeApproximately(1, 1e-3f);
        generator.GetService<ResNetClassifier>()!.ModelName.Should().Be("resnet20-cifar10");
    }
}
