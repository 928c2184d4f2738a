using System.Diagnostics;
using System.Net;

namespace ResNet.Net.Packages.Tests;

/// <summary>Servers that come from the packages: an application with ResNet.Net.Server, and the tool's.</summary>
[Collection(nameof(Feed))]
public class ServerPackageTests(Feed feed)
{
    private const string Server = "ResNet.Net.Server";

    private const string Application = """
        using Microsoft.AspNetCore.Builder;
        using Microsoft.Extensions.DependencyInjection;
        using ResNet.Net;

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddResNetServer().AddModel("cifar10", ResNetVariant.Cifar10ResNet20);
        var app = builder.Build();
        app.MapResNetServer();
        app.Run();
        """;

    [Fact]
    public async Task Publish_AnApplication_ClassifiesAndHasThePage()
    {
        Consumer.Published published = await Consumer.Create(
            feed, "server", Application, [Consumer.Reference(Server, feed.Version)]).PublishAsync("server-published");

        await ClassifiesAndHasThePageAsync(published.StartInfo());
    }

    [Fact]
    public async Task Install_TheTool_ItsServerClassifiesAndHasThePage()
    {
        string folder = Path.Combine(feed.Consumers, "serving-tool");
        await DotnetCommand.RunAsync(feed.Consumers, "tool", "install", Feed.Tool, "--tool-path", folder, "--version", feed.Version);
        ProcessStartInfo start = new(
            Path.Combine(folder, OperatingSystem.IsWindows() ? "resnet.exe" : "resnet"), ["serve", "--grpc-port", "0"]);
        DotnetCommand.Isolate(start);

        await ClassifiesAndHasThePageAsync(start);
    }

    private static async Task ClassifiesAndHasThePageAsync(ProcessStartInfo start)
    {
        using WebProgram server = await WebProgram.StartAsync(start);
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while ((await server.Client.GetAsync("/ping", limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }

        using HttpResponseMessage answer = await server.PostAsync("/predictions/cifar10", File.ReadAllBytes(Applications.Image));
        string page = await server.Client.GetStringAsync("/", limit.Token);

        (await answer.Content.ReadAsStringAsync(limit.Token)).Should().StartWith("[{\"deer\":");
        foreach (string file in (string[])["page.css", "js/app.js"])
        {
            page.Should().Contain(file);
            using HttpResponseMessage response = await server.Client.GetAsync($"/{file}", limit.Token);
            response.StatusCode.Should().Be(HttpStatusCode.OK, file);
        }
    }
}
