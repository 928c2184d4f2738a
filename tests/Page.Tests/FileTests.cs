using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ResNet.Net.Page.Tests;

/// <summary>The files of the page and of models, without a browser.</summary>
[Collection(BrowserGroup.Name)]
public sealed partial class FileTests(Browser browser)
{
    private const string RuntimePath = "/ort/ort-wasm-simd-threaded.wasm";
    private const string ModelPath = "/models/cifar10/1/model.onnx";

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/page.css", "text/css")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/js/app.js", "text/javascript")]
    [InlineData("/js/worker.js", "text/javascript")]
    [InlineData("/samples/cat.png", "image/png")]
    public async Task File_HasItsType_AndIsNotSentTwice(string path, string type)
    {
        using HttpResponseMessage response = await browser.Server.Http.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.Should().Be(type);
        using HttpRequestMessage again = new(HttpMethod.Get, path) { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        using HttpResponseMessage unchanged = await browser.Server.Http.SendAsync(again);
        unchanged.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Markup_HasNoInlineScriptOrStyle_AndNoAddressOfAnotherServer()
    {
        string markup = await browser.Server.Http.GetStringAsync("/");

        InlineCode().Matches(markup).Should().BeEmpty();
        markup.Should().Contain("<script type=\"module\" src=").And.NotContain("http://").And.NotContain("https://");
    }

    [Fact]
    public async Task Samples_AreTheProjectsImages()
        => (await browser.Server.Http.GetByteArrayAsync("/samples/cat.png"))
            .Should().Equal(await File.ReadAllBytesAsync(ImageFiles.Sample("cat")));

    [BrowserFact(NeedsRuntime = true)]
    public async Task Runtime_IsCompressedForBrowsersThatReadIt()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, RuntimePath) { Headers = { AcceptEncoding = { new("gzip") } } };
        using HttpResponseMessage compressed = await browser.Server.Http.SendAsync(request);
        byte[] plain = await browser.Server.Http.GetByteArrayAsync(RuntimePath);

        compressed.Content.Headers.ContentType!.MediaType.Should().Be("application/wasm");
        compressed.Content.Headers.ContentEncoding.Should().Equal("gzip");
        compressed.Headers.Vary.Should().Contain("Accept-Encoding");
        await using Stream stream = await compressed.Content.ReadAsStreamAsync();
        await using GZipStream decompressed = new(stream, CompressionMode.Decompress);
        using MemoryStream content = new();
        await decompressed.CopyToAsync(content);
        content.ToArray().AsSpan().SequenceEqual(plain).Should().BeTrue();
    }

    [Fact]
    public async Task Model_Allowed_IsTheModelThatTheServerRuns()
    {
        byte[] model = await browser.Server.Http.GetByteArrayAsync(ModelPath);

        using ResNetClassifier original = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier copy = ResNetClassifier.Create(new ModelDefinition(model)
        {
            Labels = LabelSet.Cifar10,
            Profile = PreprocessingProfile.Cifar10,
            OutputKind = OutputKind.Logits,
            OutputName = "logits",
        });
        copy.Classify(ImageFiles.Sample("cat")).Predictions.Should().BeEquivalentTo(
            original.Classify(ImageFiles.Sample("cat")).Predictions,
            options => options
                .Using<float>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-5f)).WhenTypeIs<float>());
    }

    [Fact]
    public async Task Model_ByDefault_IsNotOffered()
    {
        await using PageServer server = await PageServer.StartAsync(options => options.AllowModelDownload = false);

        using HttpResponseMessage response = await server.Http.GetAsync(ModelPath);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        new ResNet.Net.Server.ResNetServerOptions().AllowModelDownload.Should().BeFalse();
        (await BrowserOf(server)).GetProperty("reason").GetString().Should().Contain("AllowModelDownload");
    }

    [Fact]
    public async Task Model_WithApiKeys_RequiresOne()
    {
        const string Key = "0123456789abcdef";
        await using PageServer server = await PageServer.StartAsync(options => options.ApiKeys.Add(Key));

        using HttpResponseMessage anonymous = await server.Http.GetAsync(ModelPath);
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using HttpResponseMessage authorized = await server.Http.GetAsync(ModelPath);

        anonymous.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        authorized.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/models/other/1/model.onnx")]
    [InlineData("/models/cifar10/9/model.onnx")]
    public async Task Model_Unknown_IsNotFound(string path)
    {
        using HttpResponseMessage response = await browser.Server.Http.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    private static async Task<JsonElement> BrowserOf(PageServer server)
    {
        using JsonDocument models = JsonDocument.Parse(await server.Http.GetStringAsync("/models"));
        return models.RootElement.GetProperty("models")[0].GetProperty("browser").Clone();
    }

    [GeneratedRegex(@"<style|style=|<script(?![^>]*src=)|\son[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();
}
