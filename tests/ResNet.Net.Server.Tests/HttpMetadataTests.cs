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
            .Should().Contain(["200", "400", "404", "413", "415", "422", "429", "503"]);
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
