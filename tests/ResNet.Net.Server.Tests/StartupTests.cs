using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

public sealed class StartupTests
{
    private const string Configuration = """
        {
          "ResNet": {
            "Server": { "DefaultModel": "second", "MaxRequestBytes": 2000000, "ApiKeys": ["0123456789abcdef"], "MaxQueueTime": "00:00:03" },
            "Models": {
              "first": { "Model": "resnet20-cifar10", "Threads": 1 },
              "second": {
                "Versions": {
                  "9": { "Model": "resnet20-cifar10" },
                  "10": { "Model": "resnet20-cifar10-int8", "Decoding": { "MaxPixels": 1000 } }
                }
              }
            }
          }
        }
        """;

    [Fact]
    public void Configuration_SetsOptionsAndModels()
    {
        using ServiceProvider services = ServicesOf(Configuration);

        ResNetServerOptions options = services.GetRequiredService<IOptions<ResNetServerOptions>>().Value;

        options.DefaultModel.Should().Be("second");
        options.MaxRequestBytes.Should().Be(2_000_000);
        options.ApiKeys.Should().Equal("0123456789abcdef");
        options.MaxQueueTime.Should().Be(TimeSpan.FromSeconds(3));
        services.GetServices<ModelRegistration>().Select(m => $"{m.Name}/{m.Version}").Should().BeEquivalentTo(
            "first/1", "second/9", "second/10");
    }

    [Fact]
    public async Task Versions_WithoutOneInTheRequest_AreTheHighest()
    {
        await using ServerHost host = await ServerHost.StartAsync(
            options => options.DefaultModel = "second",
            models => models
                .AddModel("first", ResNetVariant.Cifar10ResNet20)
                .AddModel("second", ResNetVariant.Cifar10ResNet20, version: "9")
                .AddModel("second", ResNetVariant.Cifar10ResNet20Int8, version: "10"));

        Answer metadata = await host.GetAsync("/v2/models/second");
        Answer highest = await host.PostAsync("/classify", Images.Cat);
        Answer named = await host.PostAsync("/v2/models/second/versions/9/infer", Images.Cat, headerLength: 0);

        metadata.Json.GetProperty("versions").EnumerateArray().Select(v => v.GetString()).Should().Equal("9", "10");
        highest.Json.GetProperty("model").GetString().Should().Be("second");
        highest.Json.GetProperty("version").GetString().Should().Be("10");
        named.Json.GetProperty("model_version").GetString().Should().Be("9");
    }

    [Fact]
    public async Task Dispose_WhileAModelLoads_LogsNoError()
    {
        TaskCompletionSource loading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ServerHost host = await ServerHost.StartAsync(
            models: models => models.AddModel("slow", async (_, token) =>
            {
                loading.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                throw new InvalidOperationException("not reached");
            }),
            waitUntilReady: false);
        await loading.Task;

        // Without StopAsync, as after a failure to start.
        await host.Application.DisposeAsync();

        host.Logs.Entries.Where(e => e.Level >= LogLevel.Error).Should().BeEmpty();
    }

    [Theory]
    [InlineData("\"MaxRequestBytes\": 2000000", "\"MaxRequestBytes\": 1", "Server:MaxRequestBytes = 1: use a value from 1024")]
    [InlineData("\"DefaultModel\": \"second\"", "\"DefaultModel\": \"x\"", "there is no such model. The models are")]
    [InlineData("0123456789abcdef", "short", "a key with fewer than 16 characters")]
    [InlineData("00:00:03", "00:00:00", "Server:MaxQueueTime = 00:00:00: use a time from")]
    public void Options_Invalid_NameKeyValueAndRemedy(string valid, string invalid, string message)
    {
        using ServiceProvider services = ServicesOf(Configuration.Replace(valid, invalid, StringComparison.Ordinal));

        Func<ResNetServerOptions> options = () => services.GetRequiredService<IOptions<ResNetServerOptions>>().Value;

        options.Should().Throw<OptionsValidationException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Options_UnknownKey_IsAnError()
    {
        using ServiceProvider services = ServicesOf(Configuration.Replace("DefaultModel", "DefaltModel", StringComparison.Ordinal));

        Func<ResNetServerOptions> options = () => services.GetRequiredService<IOptions<ResNetServerOptions>>().Value;

        options.Should().Throw<InvalidOperationException>().WithMessage("*DefaltModel*");
    }

    [Fact]
    public void Options_SeveralConfiguredModelsWithoutADefault_AreAnError()
    {
        using ServiceProvider services = ServicesOf(
            Configuration.Replace("\"DefaultModel\": \"second\", ", "", StringComparison.Ordinal));

        Func<ResNetServerOptions> options = () => services.GetRequiredService<IOptions<ResNetServerOptions>>().Value;

        options.Should().Throw<OptionsValidationException>()
            .WithMessage("Several models are configured. Set Server:DefaultModel to the one that answers /classify: *second*");
    }

    [Theory]
    [InlineData("\"Models\"", "Modles")]
    [InlineData("\"Server\"", "Sever")]
    public void AddResNetServer_UnknownSection_IsAnError(string section, string misspelled)
    {
        string json = Configuration.Replace(section, $"\"{misspelled}\"", StringComparison.Ordinal);

        Action create = () => ServicesOf(json).Dispose();

        create.Should().Throw<InvalidOperationException>().WithMessage($"*unknown key '*{misspelled}'*Server and Models*");
    }

    [Fact]
    public void Models_WithVersionsAndSettings_AreAnError()
    {
        string json = Configuration.Replace("\"Versions\"", "\"Threads\": 1, \"Versions\"", StringComparison.Ordinal);

        Action create = () => ServicesOf(json).Dispose();

        create.Should().Throw<InvalidOperationException>().WithMessage("*has Versions and 'Threads'*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    public void AddModel_NameThatCannotBePartOfAnAddress_Throws(string name)
    {
        ResNetServerBuilder builder = new ServiceCollection().AddResNetServer();

        builder.Invoking(b => b.AddModel(name, ResNetVariant.Cifar10ResNet20)).Should().Throw<ArgumentException>().WithMessage("*letters*");
    }

    [Fact]
    public void AddResNetServer_Twice_Throws()
    {
        IServiceCollection services = new ServiceCollection();
        services.AddResNetServer();

        services.Invoking(s => s.AddResNetServer()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task Server_WithoutModels_DoesNotStart()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Services.AddResNetServer();

        Func<Task> start = async () =>
        {
            await using WebApplication application = builder.Build();
            await application.StartAsync();
        };

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*The server has no model.*");
    }

    [Fact]
    public async Task OtherEndpoints_OfTheApplication_AreNotAffected()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Services.AddResNetServer(options => options.ApiKeys.Add("0123456789abcdef"))
            .AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20);
        await using WebApplication application = builder.Build();
        application.MapResNetServer();
        application.MapGet("/mine", () => "mine");
        await application.StartAsync();
#pragma warning disable RS0030 // test client
        using HttpClient client = new() { BaseAddress = new Uri(application.Urls.First()) };
#pragma warning restore RS0030

        using HttpResponseMessage response = await client.GetAsync("/mine");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.Contains("Content-Security-Policy").Should().BeFalse();
    }

    private static ServiceProvider ServicesOf(string json)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        ServiceCollection services = new();
        services.AddResNetServer(configuration.GetSection("ResNet"));
        return services.BuildServiceProvider();
    }
}
