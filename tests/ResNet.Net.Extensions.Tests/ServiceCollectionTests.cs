using System.Reflection;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions.Tests;

public sealed class ServiceCollectionTests : IDisposable
{
    private static readonly string Ship = Path.Combine(TestFolders.SampleImages, "ship.png");

    private readonly RecordingLoggers _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task AddResNetClassifier_Host_LoadsAndDisposes()
    {
        IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20, s => s.Threads = 1);
            b.Services.AddHealthChecks().AddResNetClassifier(tags: ["ready"]);
        });
        await host.StartAsync();
        IResNetClassifierProvider provider = host.Services.GetRequiredService<IResNetClassifierProvider>();

        ResNetClassifier classifier = await provider.GetAsync();

        classifier.Classify(Ship).Best.Label.Should().Be("ship");
        host.Services.GetRequiredService<ResNetClassifier>().Should().BeSameAs(classifier);
        provider.State.Should().Be(ResNetModelState.Ready);
        provider.Failure.Should().BeNull();
        HealthReportEntry health = await host.HealthAsync();
        health.Status.Should().Be(HealthStatus.Healthy);
        health.Tags.Should().Equal("ready");
        health.Data["model"].Should().Be("resnet20-cifar10");
        _logs.Of("ModelLoaded").Should().ContainSingle().Which.Values["Threads"].Should().Be(1);
        LogEntry ready = _logs.Of("ModelReady").Should().ContainSingle().Subject;
        (ready.Event.Id, ready.Level, ready.Category)
            .Should().Be((400, LogLevel.Information, "ResNet.Net.Extensions.IResNetClassifierProvider"));

        await host.StopAsync();
        host.Dispose();
        ((Action)(() => classifier.Classify(Ship))).Should().Throw<ObjectDisposedException>();
        _logs.Of("ModelDisposed").Should().ContainSingle();
        await ((Func<Task>)(() => provider.GetAsync())).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task AddResNetClassifier_FromConfiguration_AppliesEveryValue()
    {
        using TemporaryFolder folder = new();
        string model = folder.Write("own.onnx", SlowSource.EmbeddedModel());
        string labels = folder.Write("labels.txt", string.Join('\n', Enumerable.Range(0, 10).Select(i => $"label {i}")));
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Own:ModelPath"] = model,
                ["Own:Labels"] = labels,
                ["Own:Profile"] = "cifar10",
                ["Own:BatchSize"] = "3",
                ["Own:Crops"] = "TenCrop",
                ["Own:ActivationMaps"] = "true",
                ["Own:Threads"] = "1",
                ["Own:ConfigEntries:session.dynamic_block_base"] = "4",
                ["Own:Decoding:MaxBytes"] = "100",
                ["Own:Store:RootFolder"] = folder.FullPath,
                ["Own:Store:LocalFolders:0"] = folder.FullPath,
                ["Own:Store:Mirrors:0"] = "https://models.example.com/resnet",
                ["Own:RetryDelay"] = "00:00:01",
                ["Own:WarmUp"] = "false",
            });
            b.Services.AddResNetClassifier(b.Configuration.GetSection("Own"));
        });
        await host.StartAsync();

        ResNetClassifier classifier = await host.Services.GetRequiredService<IResNetClassifierProvider>().GetAsync();

        classifier.ModelName.Should().Be("own.onnx");
        classifier.Labels[3].Should().Be("label 3");
        classifier.Profile.Name.Should().Be("Cifar10");
        classifier.BatchSize.Should().Be(3);
        classifier.Crops.Should().Be(CropSampling.TenCrop);
        classifier.HasActivationMaps.Should().BeTrue();
        ((Action)(() => classifier.Classify(Ship)))
            .Should().Throw<ImageDecodeException>().Where(e => e.Failure == ImageDecodeFailure.TooLarge);
    }

    [Fact]
    public async Task AddKeyedResNetClassifier_SeveralKeys_AreIndependent()
    {
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20);
            b.Services.AddKeyedResNetClassifier("int8", ResNetVariant.Cifar10ResNet20Int8);
            b.Services.AddKeyedResNetClassifier(
                "own",
                (_, token) => ResNetClassifier.CreateAsync(
                    new ModelDefinition(SlowSource.EmbeddedModel()) { Name = "own" }, cancellationToken: token),
                s => s.LoadAtStart = false);
            b.Services.AddHealthChecks()
                .AddResNetClassifier().AddResNetClassifier("int8").AddResNetClassifier("own", "mine", HealthStatus.Degraded);
        });
        await host.StartAsync();

        host.Services.GetRequiredService<ResNetClassifier>().ModelName.Should().Be("resnet20-cifar10");
        host.Services.GetRequiredKeyedService<ResNetClassifier>("int8").ModelName.Should().Be("resnet20-cifar10-int8");
        (await host.HealthAsync("resnet:int8")).Status.Should().Be(HealthStatus.Healthy);
        IResNetClassifierProvider own = host.Services.GetRequiredKeyedService<IResNetClassifierProvider>("own");
        own.Should().NotBeSameAs(host.Services.GetRequiredService<IResNetClassifierProvider>());

        // The health check starts loading.
        await Hosts.UntilAsync(() => own.State == ResNetModelState.Ready);
        (await host.HealthAsync("mine")).Data["model"].Should().Be("own");
        host.Services.GetRequiredKeyedService<ResNetClassifier>("own").ModelName.Should().Be("own");
    }

    [Fact]
    public void AddResNetClassifier_Twice_Throws()
    {
        ServiceCollection services = new();
        services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20).AddKeyedResNetClassifier("a", ResNetVariant.Cifar10ResNet20);

        ((Action)(() => services.AddResNetClassifier(ResNetVariant.Cifar10ResNet20Int8)))
            .Should().Throw<InvalidOperationException>().WithMessage("*AddKeyedResNetClassifier*");
        ((Action)(() => services.AddKeyedResNetClassifier("a", ResNetVariant.Cifar10ResNet20Int8)))
            .Should().Throw<InvalidOperationException>().WithMessage("*'a'*");
        ((Action)(() => services.AddKeyedResNetClassifier("", ResNetVariant.Cifar10ResNet20))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task CheckHealthAsync_MissingClassifier_Throws()
    {
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddHealthChecks().AddResNetClassifier();
            b.Services.AddResNetEmbeddingGenerator();
        });

        await ((Func<Task>)(() => host.HealthAsync()))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*AddResNetClassifier*");
        ((Action)(() => Registrations.Classifiers.Find(host.Services, "a")))
            .Should().Throw<InvalidOperationException>().WithMessage("*'a'*AddKeyedResNetClassifier*");
        ((Action)(() => host.Services.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>()))
            .Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Events_IdsAndNames_AreStableAndDocumented()
    {
        (int, string)[] events =
        [
            .. typeof(ProviderLog)
                .GetMethods(BindingFlags.Static | BindingFlags.Public)
                .Select(m => (m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId ?? 0, m.Name)).Where(e => e.Item1 > 0).Order(),
        ];

        events.Should().Equal((400, "ModelReady"), (401, "ModelLoadFailed"), (402, "ModelLoadCanceled"));
        File.ReadLines(Path.Combine(TestFolders.Repository, "docs", "diagnostics.md"))
            .Where(l => l.StartsWith("| 4", StringComparison.Ordinal)).Select(l => string.Join('|', l.Split('|').Take(3)))
            .Should().Equal(events.Select(e => $"| {e.Item1} | `{e.Item2}` "));
    }

    [Fact]
    public async Task GetService_WithoutHost_LoadsTheClassifier()
    {
        ResNetClassifier classifier;
        await using (
            ServiceProvider services = new ServiceCollection().AddResNetClassifier(ResNetVariant.Cifar10ResNet20).BuildServiceProvider())
        {
            services.GetRequiredService<IResNetClassifierProvider>().State.Should().Be(ResNetModelState.NotLoaded);
            classifier = services.GetRequiredService<ResNetClassifier>();
            classifier.Classify(Ship).Best.Label.Should().Be("ship");
        }

        ((Action)(() => classifier.Classify(Ship))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task GetAsync_WhileLoading_WaitsAndHealthIsUnhealthy()
    {
        SlowSource source = new();
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddResNetClassifier(source.CreateAsync);
            b.Services.AddHealthChecks().AddResNetClassifier();
        });

        await host.StartAsync();
        await source.Started;
        IResNetClassifierProvider provider = host.Services.GetRequiredService<IResNetClassifierProvider>();
        provider.State.Should().Be(ResNetModelState.Loading);
        (await host.HealthAsync())
            .Should().Match<HealthReportEntry>(
                h => h.Status == HealthStatus.Unhealthy && h.Description == "The classifier is being loaded." && h.Exception == null);
        Task<ResNetClassifier> waiting = provider.GetAsync();
        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(20));
        await ((Func<Task>)(() => provider.GetAsync(impatient.Token))).Should().ThrowAsync<OperationCanceledException>();
        waiting.IsCompleted.Should().BeFalse("cancellation affects only its own caller");

        source.GoOn();

        (await waiting).Should().BeSameAs(source.Made);
        (await host.HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
        source.Calls.Should().Be(1);
    }

    [Fact]
    public async Task GetAsync_AfterFailure_FailsImmediatelyAndRetriesLater()
    {
        SteppedTime time = new();
        SlowSource source = new() { Failures = 2 };
        source.GoOn();
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Services.AddSingleton<TimeProvider>(time);
            b.Services.AddResNetClassifier(source.CreateAsync, s =>
            {
                s.LoadAtStart = false;
                s.RetryDelay = TimeSpan.FromSeconds(10);
            });
            b.Services.AddHealthChecks().AddResNetClassifier();
        });
        await host.StartAsync();
        IResNetClassifierProvider provider = host.Services.GetRequiredService<IResNetClassifierProvider>();
        Func<Task> get = () => provider.GetAsync();

        await get.Should().ThrowAsync<ModelUnavailableException>().WithMessage("attempt 1*");
        await get.Should().ThrowAsync<ModelUnavailableException>().WithMessage("attempt 1*");
        ((Action)(() => host.Services.GetRequiredService<ResNetClassifier>())).Should().Throw<ModelUnavailableException>();
        provider.State.Should().Be(ResNetModelState.Failed);
        provider.Failure.Should().BeOfType<ModelUnavailableException>();
        HealthReportEntry health = await host.HealthAsync();
        health.Status.Should().Be(HealthStatus.Unhealthy);
        health.Description.Should().Contain("attempt 1 failed");
        health.Exception.Should().BeSameAs(provider.Failure);
        source.Calls.Should().Be(1);

        time.Advance(TimeSpan.FromSeconds(10));
        await get.Should().ThrowAsync<ModelUnavailableException>().WithMessage("attempt 2*");
        time.Advance(TimeSpan.FromSeconds(19));
        await get.Should().ThrowAsync<ModelUnavailableException>().WithMessage("attempt 2*", "the delay has doubled");
        time.Advance(TimeSpan.FromSeconds(1));
        host.Services.GetRequiredService<ResNetClassifier>().Should().BeSameAs(await provider.GetAsync());
        (await host.HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
        _logs.Of("ModelLoadFailed").Select(e => (e.Event.Id, e.Level, e.Values["Seconds"], e.Exception!.Message))
            .Should().Equal((401, LogLevel.Error, 10.0, "attempt 1 failed"), (401, LogLevel.Error, 20.0, "attempt 2 failed"));
    }

    [Fact]
    public async Task Host_AfterFailure_Retries()
    {
        SlowSource source = new() { Failures = 2 };
        source.GoOn();
        using IHost host = Hosts.Build(
            _logs, b => b.Services.AddResNetClassifier(source.CreateAsync, s => s.RetryDelay = TimeSpan.FromMilliseconds(5)));
        await host.StartAsync();

        await Hosts.UntilAsync(() => host.Services.GetRequiredService<IResNetClassifierProvider>().State == ResNetModelState.Ready);

        source.Calls.Should().Be(3);
    }

    [Fact]
    public async Task StopAsync_WhileLoading_CancelsIt()
    {
        SlowSource source = new();
        IHost host = Hosts.Build(_logs, b => b.Services.AddResNetClassifier(source.CreateAsync));
        await host.StartAsync();
        await source.Started;
        IResNetClassifierProvider provider = host.Services.GetRequiredService<IResNetClassifierProvider>();
        Task<ResNetClassifier> waiting = provider.GetAsync();

        await host.StopAsync();

        await ((Func<Task>)(() => waiting)).Should().ThrowAsync<OperationCanceledException>();
        await ((Func<Task>)(() => provider.GetAsync())).Should().ThrowAsync<OperationCanceledException>();
        source.Calls.Should().Be(1, "no further load is started");
        host.Dispose();
        _logs.Of("ModelLoadCanceled").Should().ContainSingle().Which.Event.Id.Should().Be(402);
        _logs.Entries.Should().NotContain(e => e.Level >= LogLevel.Warning);
        source.Made.Should().BeNull();
    }

    [Fact]
    public async Task Dispose_ClassifierNeverResolved_DisposesIt()
    {
        SlowSource source = new();
        source.GoOn();
        IHost host = Hosts.Build(_logs, b => b.Services.AddResNetClassifier(source.CreateAsync));
        await host.StartAsync();
        await host.Services.GetRequiredService<IResNetClassifierProvider>().GetAsync();

        host.Dispose();

        ((Action)(() => source.Made!.Classify(Ship))).Should().Throw<ObjectDisposedException>();
    }
}
