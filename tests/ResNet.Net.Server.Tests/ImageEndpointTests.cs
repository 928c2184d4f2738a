using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ResNet.Net.Onnx;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

[Collection(SharedServerGroup.Name)]
public sealed class ImageEndpointTests(SharedServer server)
{
    [Theory]
    [InlineData("/predictions/cifar10")]
    [InlineData("/predictions/cifar10/1")]
    public async Task Predictions_OfABody_AreLabelsWithProbabilities(string path)
    {
        Answer answer = await server.Host.PostAsync(path, Images.Cat);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        JsonProperty[] predictions = [.. answer.Json.EnumerateArray().Select(p => p.EnumerateObject().Single())];
        IReadOnlyList<Prediction> expected = Images.Classifier.Classify(Images.Cat).Predictions;
        predictions.Select(p => p.Name).Should().Equal(expected.Select(p => p.Label));
        predictions.Select(p => p.Value.GetSingle()).Zip(expected, (a, e) => Math.Abs(a - e.Probability)).Max().Should().BeLessThan(1e-5f);
    }

    [Theory]
    [InlineData("/predictions/cifar10")]
    [InlineData("/predictions/cifar10/1")]
    public async Task Predictions_Put_AsCurlUploads_AreAnswered(string path)
    {
        using HttpResponseMessage response = await server.Host.Http.PutAsync(path, new ByteArrayContent(Images.Cat));

        Answer answer = await Answer.ReadAsync(response);
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Json[0].EnumerateObject().Single().Name.Should().Be("cat");
    }

    [Theory]
    [InlineData("scan.tif", "tiff-rgb.tif", HttpStatusCode.UnsupportedMediaType, "a TIFF file")]
    [InlineData("cut.jpg", "bad-jpeg-truncated.jpg", HttpStatusCode.UnprocessableEntity, "ends early. Was it uploaded or read completely?")]
    [InlineData("huge.png", "bad-png-huge.png", HttpStatusCode.RequestEntityTooLarge, "the limits are 16384 wide")]
    public async Task Classify_InvalidImage_TellsTheSenderTheReasonOnly(string name, string fixture, HttpStatusCode status, string reason)
    {
        Answer answer = await server.Host.PostAsync("/classify", Images.Fixture(fixture));

        answer.Status.Should().Be(status, name);
        answer.Json.GetProperty("detail").GetString().Should().Contain(reason)
            .And.NotContainAny("Options", "Decoder", "AllowTruncated", "MaxPixels", "package");
    }

    [Theory]
    [InlineData("data")]
    [InlineData("image")]
    [InlineData("file")]
    public async Task Predictions_OfAForm_ReadTheField(string field)
    {
        using MultipartFormDataContent form = new() { { new StringContent("x"), "other" } };
        form.Add(new ByteArrayContent(Images.Ship), field, "ship.png");

        using HttpResponseMessage response = await server.Host.Http.PostAsync("/predictions/cifar10", form);

        (await Answer.ReadAsync(response)).Json[0].EnumerateObject().Single().Name.Should().Be("ship");
    }

    [Fact]
    public async Task Classify_ByDefault_ReturnsFiveClassesAndTimings()
    {
        Answer answer = await server.Host.PostAsync("/classify", Images.Cat);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Json.GetProperty("model").GetString().Should().Be("cifar10");
        answer.Json.GetProperty("predictions").GetArrayLength().Should().Be(5);
        JsonElement best = answer.Json.GetProperty("predictions")[0];
        best.GetProperty("label").GetString().Should().Be("cat");
        best.GetProperty("classIndex").GetInt32().Should().Be(3);
        best.GetProperty("probability").GetSingle().Should().BeGreaterThan(0.9f);
        answer.Json.GetProperty("timings").GetProperty("total").GetDouble().Should().BePositive();
        answer.Json.TryGetProperty("maps", out _).Should().BeFalse();
        answer.Json.TryGetProperty("crop", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public async Task Classify_Threshold_DecidesWhetherTheImageIsUnknown(double? threshold)
    {
        await using ServerHost source = await ServerHost.StartAsync(
            options => options.AllowModelDownload = true, models => models.AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20));
        OnnxModel onnx = OnnxModel.Parse(await source.Http.GetByteArrayAsync("/models/cifar10/1/model.onnx"));
        new ModelMetadata { UnknownThreshold = threshold, Labels = LabelSet.Cifar10, Profile = PreprocessingProfile.Cifar10 }.WriteTo(onnx);
        await using ServerHost host = await ServerHost.StartAsync(models: models => models.AddModel(
            ServerHost.Model, (_, token) => ResNetClassifier.CreateAsync(new ModelDefinition(onnx.ToArray()), cancellationToken: token)));

        Answer classified = await host.PostAsync("/classify?top=1", Images.Cat);
        Answer listed = await host.GetAsync("/models");

        classified.Json.TryGetProperty("isUnknown", out JsonElement isUnknown).Should().Be(threshold is not null, classified.Text);
        listed.Json.GetProperty("models")[0].TryGetProperty("unknownThreshold", out _).Should().Be(threshold is not null);
        if (threshold is double value)
        {
            isUnknown.GetBoolean().Should().Be(Images.Classifier.Classify(Images.Cat).Best.Probability < value);
        }
    }

    [Fact]
    public async Task Classify_WithMapsAndCrop_EqualsTheLibrary()
    {
        Answer answer = await server.Host.PostAsync("/classify?top=1&crop=true&explain=3,8", Images.Cat);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Json.GetProperty("predictions").GetArrayLength().Should().Be(1);
        JsonElement[] maps = [.. answer.Json.GetProperty("maps").EnumerateArray()];
        maps.Select(m => m.GetProperty("label").GetString()).Should().Equal("cat", "ship");
        using ResNetClassifier classifier = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { ActivationMaps = true });
        ActivationMap expected = classifier.Explain(Images.Cat, 8);
        maps[1].GetProperty("rows").GetInt32().Should().Be(expected.Rows);
        maps[1].GetProperty("values").EnumerateArray().Select(v => v.GetSingle())
            .Zip(expected.Values.ToArray(), (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-3f);
        PngOf(maps[1].GetProperty("overlay")).Should().StartWith([0x89, (byte)'P', (byte)'N', (byte)'G']);
        answer.Json.GetProperty("image").GetProperty("width").GetInt32().Should().Be(expected.ImageWidth);
        answer.Json.GetProperty("region").GetProperty("width").GetDouble().Should().Be(expected.Region.Width);
        ImagePreprocessor preprocessor = new(classifier.Profile);
        PngOf(answer.Json.GetProperty("crop")).Should().Equal(preprocessor.ToPng(Images.Tensor(Images.Cat)));
    }

    [Theory]
    [InlineData("/classify?top=0", HttpStatusCode.BadRequest)]
    [InlineData("/classify?top=x", HttpStatusCode.BadRequest)]
    [InlineData("/classify?crop=yes", HttpStatusCode.BadRequest)]
    [InlineData("/classify?explain=10", HttpStatusCode.BadRequest)]
    [InlineData("/classify?explain=-1", HttpStatusCode.BadRequest)]
    [InlineData("/classify?explain=1,2,3,4,5,6,7,8,9,0,1", HttpStatusCode.BadRequest)]
    [InlineData("/classify?model=other", HttpStatusCode.NotFound)]
    [InlineData("/classify?version=9", HttpStatusCode.NotFound)]
    [InlineData("/predictions/other", HttpStatusCode.NotFound)]
    public async Task Post_InvalidParameters_GivesProblemDetails(string path, HttpStatusCode status)
    {
        Answer answer = await server.Host.PostAsync(path, Images.Cat);

        answer.Status.Should().Be(status, answer.Text);
        ShouldBeProblem(answer);
    }

    [Theory]
    [InlineData("bad-text.jpg", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("bad-jpeg-truncated.jpg", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-png-crc.png", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-empty.jpg", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-png-huge.png", HttpStatusCode.RequestEntityTooLarge)]
    public async Task Post_BadImage_GivesProblemDetails(string name, HttpStatusCode status)
    {
        foreach (string path in (string[])["/classify", "/predictions/cifar10"])
        {
            Answer answer = await server.Host.PostAsync(path, Images.Fixture(name));

            answer.Status.Should().Be(status, answer.Text);
            ShouldBeProblem(answer);
        }
    }

    [Fact]
    public async Task Post_BadForm_GivesProblemDetails()
    {
        (string Type, string Body)[] forms =
        [
            ("multipart/form-data", "x"),
            ("multipart/form-data; boundary=b", "x"),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--\r\n"),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nx"),
            ($"multipart/form-data; boundary={new string('b', 200)}", "x"),
        ];
        foreach ((string type, string body) in forms)
        {
            using StringContent content = new(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

            using HttpResponseMessage response = await server.Host.Http.PostAsync("/classify", content);

            response.StatusCode.Should().Be(HttpStatusCode.BadRequest, body);
            ShouldBeProblem(await Answer.ReadAsync(response));
        }
    }

    [Fact]
    public async Task Models_ListsWhatThePageNeeds()
    {
        Answer answer = await server.Host.GetAsync("/models");

        JsonElement model = answer.Json.GetProperty("models").EnumerateArray().Single();
        model.GetProperty("name").GetString().Should().Be("cifar10");
        model.GetProperty("version").GetString().Should().Be("1");
        model.GetProperty("ready").GetBoolean().Should().BeTrue();
        model.GetProperty("default").GetBoolean().Should().BeTrue();
        model.GetProperty("activationMaps").GetBoolean().Should().BeTrue();
        model.GetProperty("inputSize").EnumerateArray().Select(s => s.GetInt32()).Should().Equal(32, 32);
        model.GetProperty("labels").EnumerateArray().Select(l => l.GetString()).Should().HaveCount(10).And.Contain("cat");
    }

    private static void ShouldBeProblem(Answer answer)
    {
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        answer.Json.GetProperty("status").GetInt32().Should().Be((int)answer.Status);
        answer.Json.GetProperty("detail").GetString().Should().NotBeNullOrEmpty().And.NotContain(" at ResNet.");
    }

    private static byte[] PngOf(JsonElement url) => Convert.FromBase64String(url.GetString()!["data:image/png;base64,".Length..]);
}
