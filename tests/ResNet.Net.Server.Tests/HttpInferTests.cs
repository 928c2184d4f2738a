using System.Net;
using System.Text;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

[Collection(SharedServerGroup.Name)]
public sealed class HttpInferTests(SharedServer server)
{
    private static readonly string Input = Images.Classifier.InputName;
    private static readonly string Scores = Images.Classifier.OutputName;

    [Fact]
    public async Task Infer_TensorInJson_EqualsTheLibrary()
    {
        Answer answer = await server.Host.InferAsync(
            $$"""{"id":"42","inputs":[{"name":"{{Input}}","datatype":"FP32","shape":[2,3,32,32],"data":[{{Numbers(
                [.. Images.Tensor(Images.Cat), .. Images.Tensor(Images.Ship)])}}]}]}""");

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Json.GetProperty("id").GetString().Should().Be("42");
        answer.Json.GetProperty("model_name").GetString().Should().Be("cifar10");
        answer.Json.GetProperty("model_version").GetString().Should().Be("1");
        answer.Shape("probabilities").Should().Equal(2, 10);
        answer.Shape(Scores).Should().Equal(2, 10);
        answer.Output(Scores).GetProperty("datatype").GetString().Should().Be("FP32");
        ShouldEqual(answer.Values("probabilities"), [.. Images.Probabilities(Images.Cat), .. Images.Probabilities(Images.Ship)]);
    }

    [Fact]
    public async Task Infer_NestedDataBeforeTheShape_EqualsTheLibrary()
    {
        string rows = string.Join(',', Images.Tensor(Images.Cat).Chunk(32).Select(row => $"[{Numbers(row)}]").Chunk(32)
            .Select(plane => $"[{string.Join(',', plane)}]"));

        Answer answer = await server.Host.InferAsync(
            $$"""{"inputs":[{"data":[[{{rows}}]],"shape":[1,3,32,32],"unknown":{"a":[1]},"datatype":"FP32","name":"{{Input}}"}]}""");

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Json.TryGetProperty("id", out _).Should().BeFalse();
        ShouldEqual(answer.Values("probabilities"), Images.Probabilities(Images.Cat));
    }

    [Fact]
    public async Task Infer_RawScores_AreTheLogitsOfTheProbabilities()
    {
        Answer answer = await server.Host.InferAsync(ImageJson(Images.Cat));

        double[] exponentials = [.. answer.Values(Scores).Select(s => Math.Exp(s))];
        ShouldEqual(answer.Values("probabilities"), [.. exponentials.Select(e => (float)(e / exponentials.Sum()))]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Infer_BinaryTensorWithBinaryOutputs_EqualsTheLibrary(int padding)
    {
        byte[] tensor = Bytes(Images.Tensor(Images.Cat));
        string space = new(' ', padding);

        Answer answer = await server.Host.InferAsync(
            $$$"""
            {"parameters":{"binary_data_output":true},
             "inputs":[{"name":"{{{Input}}}","datatype":"FP32","shape":[1,3,32,32],
                        "parameters":{"binary_data_size":{{{tensor.Length}}}}}]}{{{space}}}
            """,
            tensor);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/octet-stream");
        answer.Output("probabilities").GetProperty("parameters").GetProperty("binary_data_size").GetInt32().Should().Be(40);
        answer.Binary.Should().HaveCount(80);
        ShouldEqual(
            [.. Enumerable.Range(0, 10).Select(i => BitConverter.ToSingle(answer.Binary, 4 * i))], Images.Probabilities(Images.Cat));
    }

    [Theory]
    [InlineData("[2]")]
    [InlineData("[2,1]")]
    public async Task Infer_BinaryImages_EqualsTheLibrary(string shape)
    {
        byte[] images = Elements(Images.Cat, Images.Ship);

        Answer answer = await server.Host.InferAsync(
            $$$"""
            {"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":{{{shape}}},"parameters":{"binary_data_size":{{{images.Length}}}}}],
             "outputs":[{"name":"probabilities"}]}
            """,
            images);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Outputs.GetArrayLength().Should().Be(1);
        ShouldEqual(answer.Values("probabilities"), [.. Images.Probabilities(Images.Cat), .. Images.Probabilities(Images.Ship)]);
    }

    [Fact]
    public async Task Infer_ImageInJson_IsBase64()
    {
        Answer answer = await server.Host.InferAsync(ImageJson(Images.Ship));

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ShouldEqual(answer.Values("probabilities"), Images.Probabilities(Images.Ship));
    }

    [Fact]
    public async Task Infer_EscapedBase64InJson_IsUnescaped()
    {
        string json = ImageJson(Images.Ship)
            .Replace("/", "\\/", StringComparison.Ordinal)
            .Replace("+", "\\u002B", StringComparison.Ordinal);
        json.Should().Contain("\\/").And.Contain("\\u002B");

        Answer answer = await server.Host.InferAsync(json);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ShouldEqual(answer.Values("probabilities"), Images.Probabilities(Images.Ship));
    }

    [Fact]
    public async Task Infer_RawBody_IsOneImageWithBinaryOutputs()
    {
        Answer answer = await server.Host.PostAsync(InferPath, Images.Cat, headerLength: 0);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Binary.Should().HaveCount(80);
        ShouldEqual(
            [.. Enumerable.Range(0, 10).Select(i => BitConverter.ToSingle(answer.Binary, 4 * i))], Images.Probabilities(Images.Cat));
    }

    [Theory]
    [InlineData("/v2/models/cifar10/infer")]
    [InlineData("/v2/models/cifar10/versions/1/infer")]
    public async Task Infer_Classification_ReturnsValueIndexLabel(string path)
    {
        Answer answer = await server.Host.InferAsync(
            ImageJson(Images.Cat, """{"name":"probabilities","parameters":{"classification":2}}"""), path: path);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Shape("probabilities").Should().Equal(1, 2);
        answer.Output("probabilities").GetProperty("datatype").GetString().Should().Be("BYTES");
        IReadOnlyList<Prediction> expected = Images.Classifier.Classify(Images.Cat, 2).Predictions;
        string[][] parts = [.. answer.Strings("probabilities").Select(s => s.Split(':'))];
        parts.Select(p => (p[1], p[2])).Should().Equal(expected.Select(p => ($"{p.ClassIndex}", p.Label)));
        ShouldEqual(
            [.. parts.Select(p => float.Parse(p[0], System.Globalization.CultureInfo.InvariantCulture))],
            [.. expected.Select(p => p.Probability)]);
    }

    [Fact]
    public async Task Infer_BinaryClassification_IsLengthPrefixed()
    {
        Answer answer = await server.Host.InferAsync(ImageJson(
            Images.Cat, $$$"""{"name":"{{{Scores}}}","parameters":{"classification":20,"binary_data":true}}"""));

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        answer.Shape(Scores).Should().Equal(1, 10);
        int length = BitConverter.ToInt32(answer.Binary);
        Encoding.UTF8.GetString(answer.Binary, 4, length).Should().EndWith(":3:cat");
    }

    [Fact]
    public async Task Infer_UnknownParameters_AreIgnored()
    {
        string json = ImageJson(Images.Cat).Replace(
            "{\"inputs\"", "{\"parameters\":{\"priority\":1,\"other\":\"x\",\"timeout\":60000000},\"inputs\"", StringComparison.Ordinal);

        (await server.Host.InferAsync(json)).Status.Should().Be(HttpStatusCode.OK);
    }

    internal static string ImageJson(byte[] image, string? output = null)
        => $$"""{"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[1],"data":["{{Convert.ToBase64String(image)}}"]}]"""
            + (output is null ? "}" : $$""","outputs":[{{output}}]}""");

    private static void ShouldEqual(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-5f);
    }
}
