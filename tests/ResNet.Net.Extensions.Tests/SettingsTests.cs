using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions.Tests;

/// <summary>Tests that invalid settings stop the application at startup.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly RecordingLoggers _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("Model", "resnet51", "Vision:ResNet:Model = 'resnet51': There is no variant 'resnet51'. Use one of:*resnet50-v1-7*")]
    [InlineData("Profile", "Torch", "Vision:ResNet:Profile = 'Torch': There is no preprocessing profile*Torchvision*")]
    [InlineData("Threads", "0", "Vision:ResNet:Threads = '0':*greater than or equal to '1'*")]
    [InlineData("Threads", "100000", "Vision:ResNet:Threads = '100000':*less than or equal to '2048'*")]
    [InlineData("BatchSize", "1025", "Vision:ResNet:BatchSize = '1025':*less than or equal to '1024'*")]
    [InlineData("Crops", "7", "Vision:ResNet:Crops = '7': Use a value of CropSampling.*")]
    [InlineData("OutputKind", "9", "Vision:ResNet:OutputKind = '9':*Logits*")]
    [InlineData("ExecutionProvider", " ", "Vision:ResNet:ExecutionProvider = ' ':*")]
    [InlineData("AllowCpuFallback", "true", "Vision:ResNet:AllowCpuFallback is set, but Vision:ResNet:ExecutionProvider is not*")]
    [InlineData(
        "ExecutionProviderOptions:device_id",
        "1",
        "Vision:ResNet:ExecutionProviderOptions is set, but Vision:ResNet:ExecutionProvider is not*")]
    [InlineData("ModelPath", "own.onnx", "Vision:ResNet:Model = 'resnet20-cifar10' and Vision:ResNet:ModelPath = 'own.onnx' are both set*")]
    [InlineData("Labels", "ImageNet", "Vision:ResNet:Labels = 'ImageNet': the variant 'resnet20-cifar10' defines its own*")]
    [InlineData("Decoding:MaxBytes", "0", "Vision:ResNet:Decoding:MaxBytes = '0':*")]
    [InlineData("Decoding:MaxWidth", "0", "Vision:ResNet:Decoding:MaxWidth = '0':*")]
    [InlineData("Decoding:MaxHeight", "-1", "Vision:ResNet:Decoding:MaxHeight = '-1':*")]
    [InlineData("Decoding:MaxPixels", "500000001", "Vision:ResNet:Decoding:MaxPixels = '500000001':*500000000*")]
    [InlineData("Decoding:MaxDuration", "00:00:00", "Vision:ResNet:Decoding:MaxDuration = '00:00:00':*")]
    [InlineData("Store:Mirrors:0", "ftp://host", "Vision:ResNet:Store:Mirrors:0 = 'ftp://host':*http*")]
    [InlineData("Store:LocalFolders:0", " ", "Vision:ResNet:Store:LocalFolders:0 = ' ':*is blank*")]
    [InlineData("Store:Retries", "101", "Vision:ResNet:Store:Retries = '101':*100*")]
    [InlineData("Store:IdleTimeout", "00:00:00", "Vision:ResNet:Store:IdleTimeout = '00:00:00':*timeout*")]
    [InlineData("Store:ResponseTimeout", "-00:00:01", "Vision:ResNet:Store:ResponseTimeout = '-00:00:01':*timeout*")]
    [InlineData("RetryDelay", "00:00:00", "Vision:ResNet:RetryDelay = '00:00:00':*")]
    [InlineData("MaxRetryDelay", "2.00:00:00", "Vision:ResNet:MaxRetryDelay = '2.00:00:00':*")]
    [InlineData("Treads", "2", "The configuration section 'Vision:ResNet' cannot be bound:*'Treads'*")]
    [InlineData("Store:Root", "x", "The configuration section 'Vision:ResNet' cannot be bound:*'Root'*")]
    [InlineData("Threads", "two", "The configuration section 'Vision:ResNet' cannot be bound:*Vision:ResNet:Threads*")]
    [InlineData("Crops", "Middle", "The configuration section 'Vision:ResNet' cannot be bound:*Vision:ResNet:Crops*")]
    public async Task Start_InvalidValue_ThrowsWithKeyValueAndRemedy(string key, string value, string message)
    {
        Dictionary<string, string?> values = new() { ["Vision:ResNet:Model"] = "resnet20-cifar10", [$"Vision:ResNet:{key}"] = value };
        using IHost host = Hosts.Build(_logs, b =>
        {
            b.Configuration.AddInMemoryCollection(values);
            b.Services.AddResNetClassifier(b.Configuration.GetSection("Vision:ResNet"));
        });

        await ((Func<Task>)(() => host.StartAsync())).Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
        _logs.Of("ModelLoaded").Should().BeEmpty();
    }

    [Fact]
    public async Task Start_WithoutModel_Throws()
    {
        using IHost host = Hosts.Build(_logs, b => b.Services.AddKeyedResNetClassifier("a", s => s.Threads = 0));

        (await ((Func<Task>)(() => host.StartAsync())).Should().ThrowAsync<OptionsValidationException>())
            .Which.Failures.Should().HaveCount(2).And.ContainMatch("ResNetClassifierSettings.Model is not set*ModelPath*")
            .And.ContainMatch("ResNetClassifierSettings.Threads = '0':*");
    }

    [Fact]
    public async Task Start_CustomClassifier_ChecksTheDelays()
    {
        using IHost host = Hosts.Build(
            _logs,
            b => b.Services.AddResNetClassifier((_, _) => throw new NotSupportedException(), s => s.MaxRetryDelay = TimeSpan.MaxValue));

        await ((Func<Task>)(() => host.StartAsync()))
            .Should().ThrowAsync<OptionsValidationException>().WithMessage("ResNetClassifierSettings.MaxRetryDelay = '*a day*");
    }

    [Fact]
    public void Constructor_Defaults_EqualTheLibrarys()
    {
        ResNetClassifierOptions options = new();
        ResNetClassifierSettings settings = new();
        string[] same =
        [
            nameof(settings.Crops),
            nameof(settings.ActivationMaps),
            nameof(settings.Threads),
            nameof(settings.AllowSpinning),
            nameof(settings.BatchSize),
            nameof(settings.CacheOptimizedModel),
        ];

        foreach (string property in same)
        {
            ValueOf(settings, property).Should().Be(ValueOf(options, property), property);
        }

        new ResNetEmbedderSettings().Normalize.Should().Be(new ResNetEmbedderOptions().Normalize);
        settings.OutputKind.Should().Be(new ModelDefinition("m").OutputKind);
    }

    [Fact]
    public void Properties_AllOptions_AreCovered()
    {
        // Options that settings cannot express. A new option must be added to the settings or here.
        string[] notPlain = ["ConfigureSession", "Decoder", "LoggerFactory", "Optimization"];
        Names<ResNetClassifierOptions>().Except(notPlain).Should().BeSubsetOf(Names<ResNetClassifierSettings>());
        Names<ResNetEmbedderOptions>().Except(notPlain).Should().BeSubsetOf(Names<ResNetEmbedderSettings>());
        Names<ImageDecodingOptions>().Should().BeEquivalentTo(Names<ResNetDecodingSettings>());
        Names<ModelStoreOptions>().Except(["HttpClient", "LoggerFactory", "Sources"]).Append("Mirrors")
            .Should().BeEquivalentTo(Names<ResNetStoreSettings>());
    }

    private static object? ValueOf(object of, string property) => of.GetType().GetProperty(property)!.GetValue(of);

    private static IEnumerable<string> Names<T>()
        => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name);
}
