using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server;

namespace ResNet.Net.Page.Tests;

/// <summary>A server with the page on a free port of the loopback interface.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PageServer(WebApplication application)
    {
        _application = application;
        Address = new Uri(application.Urls.First());
#pragma warning disable RS0030 // test client
        Http = new HttpClient { BaseAddress = Address };
#pragma warning restore RS0030
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Configures the server, which allows downloads of models.</param>
    /// <param name="models">Adds models; null for the embedded one with activation maps.</param>
    public static async Task<PageServer> StartAsync(
        Action<ResNetServerOptions>? configure = null, Action<ResNetServerBuilder>? models = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        ResNetServerBuilder server = builder.Services.AddResNetServer(options =>
        {
            options.AllowModelDownload = true;
            options.MaxQueueTime = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        });
        (models ?? (s => s.AddModel("cifar10", ResNetVariant.Cifar10ResNet20, settings => settings.ActivationMaps = true)))(server);
        WebApplication application = builder.Build();
        application.MapResNetServer();
        await application.StartAsync();
        PageServer page = new(application);
        while (!(await page.Http.GetAsync("/ping")).IsSuccessStatusCode)
        {
            await Task.Delay(20);
        }

        return page;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
    }
}
