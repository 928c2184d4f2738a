using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ResNet.Net.Packages.Tests;

/// <summary>Installs the template package from the feed, and creates, builds and runs a project of each template.</summary>
[Collection(nameof(Feed))]
public class TemplateTests(Feed feed)
{
    [Fact]
    public async Task Console_ByDefault_ClassifiesItsImages()
    {
        using TemplateUser user = await TemplateUser.InstallAsync(feed);
        string project = await user.CreateAsync("resnet-console", "Demo");
        await BuildAsync(project);

        ProgramRun run = await DotnetCommand.TryAsync(project, "run", "-c", "Release", "--no-build");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().HaveCount(11);
        run.Lines.Skip(1).Select(l => (l.Split(' ')[0], l.Split(' ')[^1])).Should().Equal(
            ("airliner.png", "airplane"), ("car.png", "automobile"), ("cat.png", "cat"), ("deer.png", "deer"), ("dog.png", "dog"),
            ("frog.png", "frog"), ("horse.png", "horse"), ("robin.png", "bird"), ("ship.png", "ship"), ("truck.png", "truck"));
        string readme = File.ReadAllText(Path.Combine(TestFolders.Repository, "src", Feed.Templates, "README.md"));
        readme.Should().Contain($"```\n{string.Join('\n', run.Lines)}\n```", "the README shows the output");
    }

    [Fact]
    public async Task Console_AFileThatIsNoImage_IsReportedBesideTheOthers()
    {
        using TemplateUser user = await TemplateUser.InstallAsync(feed);
        string project = await user.CreateAsync("resnet-console", "Files", "--variant", "resnet20-cifar10-int8");
        await BuildAsync(project);
        File.WriteAllText(Path.Combine(project, "text.png"), "not an image");

        ProgramRun run = await DotnetCommand.TryAsync(project, "run", "-c", "Release", "--no-build", "--", "text.png", "images/ship.png");

        run.ExitCode.Should().Be(1);
        run.Lines[1].Should().StartWith("text.png ").And.Contain("not an image");
        run.Lines[2].Should().StartWith("ship.png ").And.EndWith(" ship");
    }

    [Fact]
    public async Task Console_AVariantToDownloadWithoutANetwork_EndsWithAMessage()
    {
        using TemplateUser user = await TemplateUser.InstallAsync(feed);
        string project = await user.CreateAsync("resnet-console", "Download", "--variant", "resnet50-v1-7");
        await BuildAsync(project);

        // DotnetCommand sets RESNET_NET_OFFLINE.
        ProcessStartInfo start = DotnetCommand.Describe(project, "run", "-c", "Release", "--no-build");
        start.Environment["RESNET_NET_HOME"] = Path.Combine(project, "store");
        ProgramRun run = await ProgramRun.OfAsync(start);

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain("resnet50-v1-7").And.NotContain("   at ", "it is a message, not a stack trace");
    }

    [Fact]
    public async Task WebApi_ByDefault_AnswersImagesAndRejectsTheRest()
    {
        using TemplateUser user = await TemplateUser.InstallAsync(feed);
        string project = await user.CreateAsync("resnet-webapi", "Api");
        await BuildAsync(project);

        using WebProgram server = await WebProgram.StartAsync(DotnetCommand.Describe(project, "run", "-c", "Release", "--no-build", "--"));
        byte[] cat = File.ReadAllBytes(Path.Combine(project, "images", "cat.png"));
        using HttpResponseMessage answer = await server.PostAsync("/classify?top=3", cat);
        using HttpResponseMessage garbage = await server.PostAsync("/classify", "not an image"u8.ToArray());
        using HttpResponseMessage tooLong = await server.PostAsync("/classify", new byte[(10 << 20) + 1]);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        JsonElement[] predictions = [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()];
        predictions.Should().HaveCount(3);
        predictions[0].GetProperty("label").GetString().Should().Be("cat");
        garbage.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        garbage.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        tooLong.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await server.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).Should().Be("Healthy");
        (await server.Client.GetStringAsync(new Uri("/health/live", UriKind.Relative))).Should().Be("Healthy");
    }

    [Fact]
    public async Task WebApi_AnotherVariant_IsInTheSettings()
    {
        using TemplateUser user = await TemplateUser.InstallAsync(feed);

        string project = await user.CreateAsync("resnet-webapi", "Other", "--variant", "resnet50-v1-12-int8");

        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(project, "appsettings.json")));
        settings.RootElement.GetProperty("ResNet").GetProperty("Model").GetString().Should().Be("resnet50-v1-12-int8");
    }

    private static Task<string> BuildAsync(string project)
        => DotnetCommand.RunAsync(project, "build", "-c", "Release", "-warnaserror", "-m:1");
}
