using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ResNet.Net.Tool.Tests;

/// <summary>The command <c>resnet serve</c>.</summary>
public class ServeTests
{
    private const int Success = 0, Unusable = 2;

    private static readonly byte[] Cat = File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png"));

    [UnixFact]
    public async Task Serve_WithoutArguments_ClassifiesOverHttp_AndEndsWithSuccessOnSigterm()
    {
        using WebProgram server = await StartAsync();
        using HttpResponseMessage response = await server.PostAsync("/classify?explain=true", Cat);

        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("predictions")[0].GetProperty("label").GetString().Should().Be("cat");
        answer.GetProperty("maps").GetArrayLength().Should().Be(1);
        ToolProcess.SendSignal(server.Process.Id, ToolProcess.Terminate).Should().Be(0);
        await server.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        server.Process.ExitCode.Should().Be(Success);
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/js/app.js", "text/javascript")]
    [InlineData("/samples/cat.png", "image/png")]
    [InlineData("/v2/models/cifar10", "application/json")]
    public async Task Serve_WithoutArguments_HasThePageAndTheDefaultModel(string path, string type)
    {
        using WebProgram server = await StartAsync();
        using HttpResponseMessage response = await server.Client.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.Should().Be(type);
    }

    [Fact]
    public async Task Serve_NamedModelsWithoutMaps_AreServedUnderTheirNames()
    {
        using WebProgram server = await StartAsync("first=resnet20-cifar10", "resnet20-cifar10-int8", "--no-maps");
        JsonElement models = await server.Client.GetFromJsonAsync<JsonElement>("/models");

        models.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString())
            .Should().Equal("first", "resnet20-cifar10-int8");
        models.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("activationMaps").GetBoolean())
            .Should().Equal(false, false);
    }

    [Fact]
    public async Task Serve_ApiKey_IsRequired()
    {
        const string Key = "0123456789abcdef";
        using WebProgram server = await StartAsync("--api-key", Key);
        using HttpResponseMessage without = await server.PostAsync("/classify", Cat);
        server.Client.DefaultRequestHeaders.Add("X-Api-Key", Key);
        using HttpResponseMessage with = await server.PostAsync("/classify", Cat);

        without.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        with.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Serve_SettingsFile_SetsServerAndModels()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder["settings.json"],
            """{"ResNet":{"Server":{"Page":false},"Models":{"tiny":{"Model":"resnet20-cifar10"}}}}""");
        using WebProgram server = await StartAsync("--settings", folder["settings.json"]);

        using HttpResponseMessage page = await server.Client.GetAsync("/");
        using HttpResponseMessage predictions = await server.PostAsync("/predictions/tiny", Cat);

        page.StatusCode.Should().Be(HttpStatusCode.NotFound);
        predictions.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{\n  \"ResNet\": {\n    \"Server\": { \"Page\": flase }\n}}", "is not valid JSON at line 3, byte 26: 'flase }")]
    [InlineData("", "is not valid JSON at line 1, byte 1: ")]
    [InlineData("[]", "contains a JSON Array instead of an object with sections.")]
    [InlineData("{\"Resnett\":{}}", "has the unknown section 'Resnett'. Sections: ResNet, Kestrel, Logging, AllowedHosts, Urls, ")]
    [InlineData("{\"ResNet\":{\"Server\":{\"Pages\":false}}}", "Pages")]
    [InlineData("{\"ResNet\":{\"Serve\":{\"Page\":false}}}", "unknown key 'ResNet:Serve'")]
    [InlineData("{\"Urls\":\"a\",\"urls\":\"b\"}", "cannot be used: A duplicate key")]
    public async Task Serve_InvalidSettings_AreOneLineWithThePlace(string json, string named)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("settings.json", json);

        ProgramRun run = await ToolProcess.RunAsync("serve", "--settings", path, "--urls", "http://127.0.0.1:0", "--grpc-port", "0");

        run.ExitCode.Should().Be(Unusable);
        run.Error.TrimEnd().Should().Contain(named).And.NotContain("\n");
    }

    [Fact]
    public async Task Serve_SettingsWithCommentsAndStandardSections_AreRead()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("settings.json", """
            {
              // Comments and trailing commas are allowed.
              "$schema": "https://json.schemastore.org/appsettings.json",
              "Logging": { "LogLevel": { "Default": "Warning" } },
              "AllowedHosts": "*", /* all of them */
              "ResNet:Server:Page": false,
            }
            """);
        using WebProgram server = await StartAsync("--settings", path);

        using HttpResponseMessage page = await server.Client.GetAsync("/");

        page.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Serve_PortInUse_IsOneLineOnStandardError()
    {
        using System.Net.Sockets.TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        ProgramRun run = await ToolProcess.RunAsync("serve", "--urls", address, "--grpc-port", "0");

        run.ExitCode.Should().Be(Unusable);
        run.Error.TrimEnd().Should().Be(
            $"Failed to bind to address {address}: address already in use. "
            + "Choose other addresses with --urls, or another port of gRPC with --grpc-port.");
        run.Output.Should().StartWith("cifar10: resnet20-cifar10, 10 classes").And.NotContainAny("fail:", "warn:", "crit:", "listening");
    }

    [Fact]
    public async Task Serve_Help_ShowsTheFormOfItsArguments()
    {
        ProgramRun run = await ToolProcess.RunAsync("serve", "--help");

        run.Output.Should().Contain("  <[name=]id|file>  IDs of variants and paths of ONNX files; name=model sets the name in addresses.");
    }

    [Theory]
    [InlineData("missing.onnx", "missing.onnx")]
    [InlineData("resnet51", "'resnet51'")]
    [InlineData("a=resnet20-cifar10 a=resnet20-cifar10-int8", "'a'")]
    [InlineData("--api-key short", "16 characters")]
    [InlineData("--urls nowhere", "nowhere")]
    [InlineData("--grpc-port 65536", "--grpc-port")]
    [InlineData("--settings missing.json", "missing.json")]
    [InlineData("--portt 1", "--portt")]
    public async Task Serve_InvalidArguments_AreOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await ToolProcess.RunAsync("serve", arguments.Split(' '));

        run.ExitCode.Should().Be(Unusable);
        run.Error.TrimEnd().Should().Contain(named).And.NotContain("\n");
    }

    [UnixFact]
    public Task Kill_UnderLoad_EveryRequestFailsOrHasACompleteAnswer() => StopUnderLoadAsync(ToolProcess.Kill);

    [UnixFact]
    public Task Sigterm_UnderLoad_EveryRequestFailsOrHasACompleteAnswer() => StopUnderLoadAsync(ToolProcess.Terminate);

    private static async Task StopUnderLoadAsync(int signal)
    {
        const int Callers = 4, Before = 40;
        using WebProgram server = await StartAsync();
        int answered = 0, failed = 0;
        TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task load = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            // A caller ends with its first failure: the server has gone.
            while (await TryClassifyAsync(server))
            {
                if (Interlocked.Increment(ref answered) >= Before)
                {
                    enough.TrySetResult();
                }
            }

            _ = Interlocked.Increment(ref failed);
        })));
        await Task.WhenAny(load, enough.Task);

        ToolProcess.SendSignal(server.Process.Id, signal).Should().Be(0);
        await load.WaitAsync(TimeSpan.FromMinutes(1));

        answered.Should().BeGreaterThanOrEqualTo(Before);
        failed.Should().Be(Callers);
        using WebProgram restarted = await StartAsync();
        (await TryClassifyAsync(restarted)).Should().BeTrue();
    }

    /// <summary>
    /// Sends an image. Returns false if the connection fails or the server is unavailable; every other answer must be right.
    /// </summary>
    private static async Task<bool> TryClassifyAsync(WebProgram server)
    {
        HttpResponseMessage response;
        string text;
        try
        {
            response = await server.PostAsync("/predictions/cifar10", Cat);
            text = await response.Content.ReadAsStringAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return false;
            }

            response.StatusCode.Should().Be(HttpStatusCode.OK, text);
            JsonElement predictions = JsonSerializer.Deserialize<JsonElement>(text);
            predictions.GetArrayLength().Should().Be(5);
            predictions[0].GetProperty("cat").GetSingle().Should().BeGreaterThan(0.99f);
            return true;
        }
    }

    /// <summary>Starts the tool on free ports and waits until it is ready.</summary>
    private static async Task<WebProgram> StartAsync(params string[] arguments)
    {
        ProcessStartInfo start = ToolProcess.Describe(
            "serve", new Dictionary<string, string>(), [.. arguments, "--grpc-port", "0"]);
        WebProgram server = await WebProgram.StartAsync(start);
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while ((await server.Client.GetAsync("/v2/health/ready", limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }

        return server;
    }
}
