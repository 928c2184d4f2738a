using System.Net;
using System.Text.Json;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

[Collection(SharedServerGroup.Name)]
public sealed class HttpMetadataTests(SharedServer server)
{
    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models/cifar10/ready", """{"name":"cifar10","ready":true}""")]
    [InlineData("/v2/models/cifar10/versions/1/ready", """{"name":"cifar10","ready":true}""")]
    [InlineData("/ping", """{"status":"Healthy"}""")]
    public async Task Health_OfAReadyServer_IsOk(string path, string body)
    {
        Answer answer = await server.Host.GetAsync(path);

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Text.Should().Be(body);
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
    }

    [Fact]
    public async Task ServerMetadata_NamesTheExtensions()
    {
        Answer answer = await server.Host.GetAsync("/v2");

        answer.Json.GetProperty("name").GetString().Should().Be("resnet-net-server");
        answer.Json.GetProperty("version").GetString().Should().MatchRegex(@"^\d+\.\d+\.\d+$");
        answer.Json.GetProperty("extensions").EnumerateArray().Select(e => e.GetString())
            .Should().Equal("binary_tensor_data", "classification");
    }

    [Theory]
    [InlineData("/v2/models/cifar10")]
    [InlineData("/v2/models/cifar10/versions/1")]
    public async Task ModelMetadata_DescribesInputsAndOutputs(string path)
    {
        Answer answer = await server.Host.GetAsync(path);

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Json.GetProperty("name").GetString().Should().Be("cifar10");
        answer.Json.GetProperty("versions").EnumerateArray().Select(v => v.GetString()).Should().Equal("1");
        answer.Json.GetProperty("platform").GetString().Should().Be("onnx_onnxv1");
        Tensors(answer, "inputs").Should().Equal(
            "image_bytes BYTES [-1]", $"{Images.Classifier.InputName} FP32 [-1,3,32,32]");
        Tensors(answer, "outputs").Should().Equal(
            "probabilities FP32 [-1,10]", $"{Images.Classifier.OutputName} FP32 [-1,10]");
    }

    [Theory]
    [InlineData("/v2/models/other", "There is no model 'other'. GET /models lists the models.")]
    [InlineData("/v2/models/other/ready", "There is no model 'other'. GET /models lists the models.")]
    [InlineData("/v2/models/cifar10/versions/2", "The model 'cifar10' has no version '2'. It has '1'.")]
    [InlineData("/v2/other", "There is no such address. GET /v2 describes the server.")]
    public async Task Get_OfSomethingUnknown_IsNotFound(string path, string error)
    {
        Answer answer = await server.Host.GetAsync(path);

        answer.Status.Should().Be(HttpStatusCode.NotFound);
        answer.Error.Should().Be(error);
    }

    [Fact]
    public async Task Get_OfAnAddressForPost_IsNotAllowed()
    {
        Answer answer = await server.Host.GetAsync(InferPath);

        answer.Status.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Error.Should().Contain("POST");
    }

    [Fact]
    public async Task OpenApi_DescribesEveryAddress()
    {
        Answer answer = await server.Host.GetAsync("/openapi/v1.json");

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        JsonElement paths = answer.Json.GetProperty("paths");
        paths.EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo(
            "/v2",
            "/v2/health/live",
            "/v2/health/ready",
            "/v2/models/{name}",
            "/v2/models/{name}/ready",
            "/v2/models/{name}/infer",
            "/v2/models/{name}/versions/{version}",
            "/v2/models/{name}/versions/{version}/ready",
            "/v2/models/{name}/versions/{version}/infer",
            "/ping",
            "/models",
            "/classify",
            "/predictions/{name}",
            "/predictions/{name}/{version}");
        JsonElement infer = paths.GetProperty("/v2/models/{name}/versions/{version}/infer").GetProperty("post");
        infer.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Should().Equal("name", "version");
        infer.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _).Should().BeTrue();
        infer.GetProperty("responses").EnumerateObject().Select(r => r.Name)
            .Should().Equal("200", "400", "403", "404", "408", "413", "415", "422", "429", "500", "503", "504");
        infer.TryGetProperty("security", out _).Should().BeFalse();
        foreach (string probe in (string[])["/v2/health/ready", "/v2/models/{name}/ready", "/ping"])
        {
            JsonElement responses = paths.GetProperty(probe).GetProperty("get").GetProperty("responses");
            SchemaOf(responses.GetProperty("503")).Should().Be(SchemaOf(responses.GetProperty("200")), probe);
        }

        static string SchemaOf(JsonElement response)
            => response.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString()!;
    }

    [Fact]
    public async Task OpenApi_WithApiKeys_DescribesThem()
    {
        const string Key = "0123456789abcdef";
        await using ServerHost host = await ServerHost.StartAsync(options => options.ApiKeys.Add(Key), waitUntilReady: false);
        host.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);

        Answer answer = await host.GetAsync("/openapi/v1.json");

        JsonElement schemes = answer.Json.GetProperty("components").GetProperty("securitySchemes");
        schemes.GetProperty("apiKey").GetProperty("name").GetString().Should().Be("X-Api-Key");
        schemes.GetProperty("bearer").GetProperty("scheme").GetString().Should().Be("bearer");
        JsonElement paths = answer.Json.GetProperty("paths");
        JsonElement classify = paths.GetProperty("/classify").GetProperty("post");
        classify.GetProperty("security").EnumerateArray().Select(s => s.EnumerateObject().Single().Name).Should().Equal("apiKey", "bearer");
        classify.GetProperty("responses").TryGetProperty("401", out _).Should().BeTrue();
        paths.GetProperty("/ping").GetProperty("get").TryGetProperty("security", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(true, true, false, new[] { "/openapi/v1.json", "/metrics" })]
    [InlineData(true, false, false, new[] { "/openapi/v1.json" })]
    [InlineData(false, false, false, new string[0])]
    [InlineData(true, true, true, new string[0])]
    public async Task Page_LinksOnlyToWhatItsReaderCanOpen(bool openApi, bool metrics, bool hasKey, string[] links)
    {
        await using ServerHost host = await ServerHost.StartAsync(
            options =>
            {
                (options.OpenApi, options.Metrics) = (openApi, metrics);
                if (hasKey)
                {
                    options.ApiKeys.Add("0123456789abcdef");
                }
            },
            waitUntilReady: false);

        string footer = (await host.GetAsync("/")).Text.Split("<footer>")[1].Split("</footer>")[0];

        footer.Split("href=\"").Skip(1).Select(l => l.Split('"')[0]).Should().Equal(links);
    }

    [Fact]
    public async Task Page_IsServed_WithItsETag()
    {
        using HttpResponseMessage page = await server.Host.Http.GetAsync("/");
        using HttpRequestMessage again = new(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(page.Headers.ETag!);

        using HttpResponseMessage second = await server.Host.Http.SendAsync(again);

        page.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        (await page.Content.ReadAsStringAsync()).Should().Contain("ResNet.Net");
        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    private static IEnumerable<string> Tensors(Answer answer, string property) => answer.Json.GetProperty(property).EnumerateArray()
        .Select(t => $"{t.GetProperty("name")} {t.GetProperty("datatype")} {t.GetProperty("shape")}");
}
