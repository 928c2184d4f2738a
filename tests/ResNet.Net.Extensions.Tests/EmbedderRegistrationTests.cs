using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions.Tests;

/// <summary>Embedders in a host: loading, health checks, settings, keys.</summary>
public sealed class EmbedderRegistrationTests : IDisposable
{
    private static readonly string Ship = Path.Combine(TestFolders.SampleImages, "ship.png");

    private readonly RecordingLoggers _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task AddResNetEmbedder_Host_LoadsAndDisposes()
    {
        IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddResNetEmbedder(ResNetVariant.Cifar10ResNet20, s => s.Threads = 1);
            b.Services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20);
            b.Services.AddHealthChecks().AddResNetEmbedder(tags: ["ready"]).AddResNetClassifier();
        });
        await host.StartAsync();
        IResNetEmbedderProvider provider = host.Services.GetRequiredService<IResNetEmbedderProvider>();

        ResNetEmbedder embedder = await provider.GetAsync();

        embedder.Embed(Ship).Should().HaveCount(64);
        host.Services.GetRequiredService<ResNetEmbedder>().Should().BeSameAs(embedder);
        (provider.State, provider.Failure).Should().Be((ResNetModelState.Ready, null));
        HealthReportEntry health = await host.HealthAsync("resnet-embedder");
        (health.Status, health.Data["model"], health.Data["execution_provider"])
            .Should().Be((HealthStatus.Healthy, "resnet20-cifar10", "CPU"));
        LogEntry ready = _logs.Of("ModelReady").Should().ContainSingle(e => (string?)e.Values["Kind"] == "embedder").Subject;
        (ready.Level, ready.Category).Should().Be((LogLevel.Information, "ResNet.Net.Extensions.IResNetEmbedderProvider"));

        await host.StopAsync();
        host.Dispose();
        ((Action)(() => embedder.Embed(Ship))).Should().Throw<ObjectDisposedException>();
        (await ((Func<Task>)(() => provider.GetAsync())).Should().ThrowAsync<ObjectDisposedException>())
            .Which.ObjectName.Should().Contain("IResNetEmbedderProvider");
    }

    [Fact]
    public async Task AddResNetEmbedder_FromConfiguration_AppliesEveryValue()
    {
        using TemporaryFolder folder = new();
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Own:ModelPath"] = folder.Write("own.onnx", SlowSource.EmbeddedModel()),
                ["Own:Profile"] = "cifar10",
                ["Own:BatchSize"] = "3",
                ["Own:Crops"] = "TenCrop",
                ["Own:Normalize"] = "false",
                ["Own:WarmUp"] = "false",
            });
            b.Services.AddResNetEmbedder(b.Configuration.GetSection("Own"));
        });
        await host.StartAsync();

        ResNetEmbedder embedder = await host.Services.GetRequiredService<IResNetEmbedderProvider>().GetAsync();

        (embedder.ModelName, embedder.Profile.Name, embedder.BatchSize).Should().Be(("own.onnx", "Cifar10", 3));
        (embedder.Crops, embedder.Normalize).Should().Be((CropSampling.TenCrop, false));
    }

    [Fact]
    public async Task AddResNetEmbedder_InvalidSettings_StopTheHost()
    {
        using IHost fromCode = Hosts.Build(_logs, b => b.Services.AddKeyedResNetEmbedder("a", s => s.Threads = 0));
        using IHost fromSection = Hosts.Build(_logs, b =>
        {
            b.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["R:Model"] = "resnet20-cifar10", ["R:Labels"] = "x" });
            b.Services.AddResNetEmbedder(b.Configuration.GetSection("R"));
        });

        (await ((Func<Task>)(() => fromCode.StartAsync())).Should().ThrowAsync<OptionsValidationException>())
            .Which.Failures.Should().HaveCount(2).And.ContainMatch("ResNetEmbedderSettings.Model is not set*")
            .And.ContainMatch("ResNetEmbedderSettings.Threads = '0':*");
        await ((Func<Task>)(() => fromSection.StartAsync())).Should().ThrowAsync<OptionsValidationException>()
            .WithMessage("The configuration section 'R' cannot be bound*'Labels'*ResNetEmbedderSettings*");
    }

    [Fact]
    public async Task AddResNetEmbedder_ModelWithoutFeatures_FailsWithTheReason()
    {
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddKeyedResNetEmbedder(
                "bad", (_, token) => ResNetEmbedder.CreateAsync(new ModelDefinition(new byte[] { 1 }), cancellationToken: token));
            b.Services.AddHealthChecks().AddResNetEmbedder("bad");
        });
        await host.StartAsync();

        Func<Task> get = () => host.Services.GetRequiredKeyedService<IResNetEmbedderProvider>("bad").GetAsync();

        await get.Should().ThrowAsync<InferenceException>().WithMessage("*provides no embeddings*");
        (await host.HealthAsync("resnet-embedder:bad")).Description.Should().StartWith("The embedder cannot be loaded: ");
        _logs.Of("ModelLoadFailed").Should().NotBeEmpty();
        await host.StopAsync();
    }

    [Fact]
    public void AddResNetEmbedder_TwiceOrMissing_Throws()
    {
        ServiceCollection services = new();
        services.AddResNetEmbedder(ResNetVariant.Cifar10ResNet20).AddKeyedResNetEmbeddingGenerator("other");

        ((Action)(() => services.AddResNetEmbedder(ResNetVariant.Cifar10ResNet20)))
            .Should().Throw<InvalidOperationException>().WithMessage("A default embedder*AddKeyedResNetEmbedder*");
        using ServiceProvider container = services.BuildServiceProvider();
        container.Invoking(c => c.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>("other"))
            .Should().Throw<InvalidOperationException>().WithMessage("There is no embedder with the key 'other'*AddKeyedResNetEmbedder*");
    }
}
