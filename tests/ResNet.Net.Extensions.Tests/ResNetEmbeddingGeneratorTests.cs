using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Extensions.Tests;

public sealed class ResNetEmbeddingGeneratorTests : IDisposable
{
    private static readonly string[] Images = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];

    private readonly ResNetEmbedder _embedder
        = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { BatchSize = 4 });

    public void Dispose() => _embedder.Dispose();

    [Fact]
    public async Task GenerateAsync_SeveralBatches_EqualsEmbed()
    {
        using ResNetEmbeddingGenerator generator = new(_embedder);

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(
            Images.Select(p => new DataContent(File.ReadAllBytes(p), "image/png")));

        embeddings.Should().HaveCount(Images.Length).And.HaveCountGreaterThan(2 * _embedder.BatchSize);
        embeddings.Usage!.AdditionalCounts!["images"].Should().Be(Images.Length);
        for (int i = 0; i < Images.Length; i++)
        {
            embeddings[i].Dimensions.Should().Be(64);
            embeddings[i].ModelId.Should().Be("resnet20-cifar10");
            embeddings[i].Vector.ToArray().Zip(_embedder.Embed(Images[i]), (a, e) => Math.Abs(a - e))
                .Should().OnlyContain(d => d < 1e-5);
        }
    }

    [Fact]
    public async Task GenerateAsync_DataUri_IsAccepted()
    {
        byte[] image = await File.ReadAllBytesAsync(Images[0]);
        using ResNetEmbeddingGenerator generator = new(_embedder);

        Embedding<float> embedding = (
            await generator.GenerateAsync([new DataContent($"data:image/png;base64,{Convert.ToBase64String(image)}")]))[0];

        TensorPrimitives.Norm(embedding.Vector.Span).Should().BeApproximately(1, 1e-5f);
        (await generator.GenerateAsync([])).Should().BeEmpty();
    }

    [Fact]
    public async Task GenerateAsync_InvalidValueOrOptions_Throws()
    {
        using ResNetEmbeddingGenerator generator = new(_embedder);
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
        using ResNetEmbeddingGenerator generator = new(_embedder);
        DataContent image = new(await File.ReadAllBytesAsync(Images[0]), "image/png");

        await ((Func<Task>)(() => generator.GenerateAsync([image], cancellationToken: new CancellationToken(true))))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void GetService_KnownTypes_AreReturned()
    {
        using ResNetEmbeddingGenerator generator = new(_embedder);

        EmbeddingGeneratorMetadata metadata = (EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions)
            .Should().Be(("resnet.net", "resnet20-cifar10", 64));
        generator.GetService(typeof(ResNetEmbedder)).Should().BeSameAs(_embedder);
        generator.GetService(typeof(IEmbeddingGenerator)).Should().BeSameAs(generator);
        generator.GetService(typeof(ResNetEmbedder), "key").Should().BeNull();
        generator.GetService(typeof(string)).Should().BeNull();
    }

    [Fact]
    public async Task AddResNetEmbeddingGenerator_DefaultAndKeyed_UseTheEmbedderOfTheirKey()
    {
        using RecordingLoggers logs = new();
        using IHost host = Hosts.Build(logs, b =>
        {
            b.Services.AddResNetEmbeddingGenerator().AddResNetEmbedder(ResNetVariant.Cifar10ResNet20, s => s.LoadAtStart = false);
            b.Services.AddKeyedResNetEmbedder("int8", ResNetVariant.Cifar10ResNet20Int8, s => s.Normalize = false)
                .AddKeyedResNetEmbeddingGenerator("int8");
        });
        await host.StartAsync();
        IEmbeddingGenerator<DataContent, Embedding<float>> generator =
            host.Services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        EmbeddingGeneratorMetadata before = generator.GetService<EmbeddingGeneratorMetadata>()!;
        before.DefaultModelDimensions.Should().Be(64, "the catalog knows it before the model is loaded");
        generator.GetService<ResNetEmbedder>().Should().BeNull();
        DataContent image = new(await File.ReadAllBytesAsync(Images[0]), "image/png");

        ReadOnlyMemory<float> one = await generator.GenerateVectorAsync(image);
        ReadOnlyMemory<float> other = await host.Services.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            "int8").GenerateVectorAsync(image);

        one.ToArray().Zip(_embedder.Embed(Images[0]), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        TensorPrimitives.CosineSimilarity(one.Span, other.Span).Should().BeGreaterThan(0.9f, "int8 is close to float");
        TensorPrimitives.Norm(other.Span).Should().NotBeApproximately(1, 1e-3f);
        generator.GetService<ResNetEmbedder>()!.ModelName.Should().Be("resnet20-cifar10");
    }
}
