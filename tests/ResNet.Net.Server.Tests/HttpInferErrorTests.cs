using System.Net;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

[Collection(SharedServerGroup.Name)]
public sealed class HttpInferErrorTests(SharedServer server)
{
    private static readonly string Input = Images.Classifier.InputName;

    public static TheoryData<string, string> BadRequests => new()
    {
        { "", "not a valid inference request in JSON" },
        { "{", "not a valid inference request in JSON" },
        { "[]", "The request is not a JSON object." },
        { "{} {}", "not a valid inference request in JSON" },
        { "{}", "The request has no array 'inputs'." },
        { """{"inputs":{}}""", "The request has no array 'inputs'." },
        { """{"inputs":[]}""", "The array 'inputs' is empty." },
        { """{"inputs":[1]}""", "An input is not a JSON object." },
        { """{"inputs":[{}]}""", "The model has no input ''." },
        { "{\n\"inputs\" 1}", "there is an error at line 2, byte 10" },
        { """{"id":1,"inputs":[]}""", "not a valid inference request in JSON: the value at line 1, byte 7 has another type" },
        { """{"id":"\ud800","inputs":[]}""", "the value at line 1, byte 7 has another type than required, or is not valid text" },
        { "{\"inputs\":\n [{\"name\":\n  5}]}", "the value at line 3, byte 3 has another type" },
        { Outputs("{\n\"name\":true}"), "the value at line 2, byte 8 has another type" },
        { Tensor(shape: "[1,3,32]"), "has the shape [1, 3, 32] for the input 'image', whose shape is [-1, 3, 32, 32]" },
        { Tensor(shape: "[0,3,32,32]"), "the number of images, at least 1" },
        { Tensor(shape: "[-1,3,32,32]"), "the number of images, at least 1" },
        { Tensor(shape: "[1,3,32,32.5]"), "an array of at most 16 integers" },
        { Tensor(shape: "[65,3,32,32]"), "the maximum is 64" },
        { Tensor(shape: "[9223372036854775807,3,32,32]"), "the maximum is 64" },
        { Tensor(datatype: "UINT8"), "has the datatype FP32, but the request has 'UINT8'" },
        { Tensor(name: "other"), "The model has no input 'other'. Its inputs are 'image_bytes' BYTES [-1]" },
        { Tensor(), "The number of elements of 'data' is not 3072" },
        { Tensor(data: $"[{string.Join(',', Enumerable.Repeat("0", 3073))}]"), "The number of elements of 'data' is not 3072" },
        { Tensor(data: $"[{string.Join(',', Enumerable.Repeat("\"0\"", 3072))}]"), "Element 0 of 'data' is not a number." },
        { Tensor(data: $"[1e999,{string.Join(',', Enumerable.Repeat("0", 3071))}]"), "a value that is not finite" },
        { Tensor(parameters: """{"binary_data_size":12}"""), "but 0 bytes follow the JSON object" },
        { Tensor(parameters: """{"binary_data_size":"12"}"""), "The parameter 'binary_data_size' is not an integer." },
        { Tensor(parameters: """{"binary_data_size":[]}"""), "Parameters are an object of strings, numbers and Booleans." },
        { Image("[\"not base64\"]"), "is not a string of base64" },
        { Image("[1]"), "is not a string of base64" },
        { Image("[]"), "The number of elements of 'data' is not 1" },
        { Image("[\"AAAA\",\"AAAA\"]"), "The number of elements of 'data' is not 1" },
        { Image("""["AAAA"],"parameters":{"content_type":"hex"}"""), "images in JSON are base64" },
        { Image("""["AAAA"]},{"name":"image_bytes","datatype":"BYTES","shape":[1],"data":["AAAA"]"""), "several inputs" },
        { Outputs("""{"name":"other"}"""), "The model has no output 'other'." },
        { Outputs("""{"name":"probabilities"},{"name":"probabilities"}"""), "is requested twice" },
        { Outputs("""{"name":"probabilities","parameters":{"classification":0}}"""), "it must be at least 1" },
        { Outputs("""{"name":"probabilities","parameters":{"classification":"2"}}"""), "is not an integer" },
        { Outputs("""{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}"""), "The model has 2 outputs" },
        { """{"parameters":{"timeout":-1},"inputs":[]}""", "a positive number of microseconds" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Infer_BadRequest_IsExplained(string json, string error)
    {
        Answer answer = await server.Host.InferAsync(json);

        answer.Status.Should().Be(HttpStatusCode.BadRequest, answer.Text);
        answer.Error.Should().Contain(error);
        answer.Json.EnumerateObject().Should().ContainSingle();
    }

    [Theory]
    [InlineData("bad-text.jpg", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("bad-jpeg-truncated.jpg", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-png-crc.png", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-empty.jpg", HttpStatusCode.UnprocessableEntity)]
    [InlineData("bad-png-huge.png", HttpStatusCode.RequestEntityTooLarge)]
    public async Task Infer_BadImage_HasTheStatusOfItsFailure(string name, HttpStatusCode status)
    {
        byte[] images = Elements(Images.Cat, Images.Fixture(name));

        Answer answer = await server.Host.InferAsync(
            BinaryImages(2, images.Length), images);

        answer.Status.Should().Be(status, answer.Text);
        answer.Error.Should().StartWith("Image 1 cannot be decoded: ");
        answer.Text.Should().NotContain("/").And.NotContain(" at ");
    }

    [Fact]
    public async Task Infer_BinaryDataThatDoesNotFit_IsExplained()
    {
        (byte[] Data, string Error)[] cases =
        [
            ([1, 2, 3], "ends within element 0"),
            ([5, 0, 0, 0, 1], "ends within element 0"),
            ([255, 255, 255, 255, 1], "ends within element 0"),
            (Elements(Images.Cat, Images.Ship), "has more than the 1 elements"),
            ([], "has 0 elements"),
        ];
        foreach ((byte[] data, string error) in cases)
        {
            Answer answer = await server.Host.InferAsync(BinaryImages(1, data.Length), data);

            answer.Status.Should().Be(HttpStatusCode.BadRequest, error);
            answer.Error.Should().Contain(error);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1000")]
    [InlineData("99999999999999999999")]
    public async Task Infer_BadHeaderLength_IsExplained(string length)
    {
        using ByteArrayContent content = new("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", length);

        using HttpResponseMessage response = await server.Host.Http.PostAsync(InferPath, content);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("Inference-Header-Content-Length");
    }

    [Fact]
    public async Task Infer_ValuesThatOverflowTheModel_AreTheClientsError()
    {
        Answer answer = await server.Host.InferAsync(Tensor(data: $"[{string.Join(',', Enumerable.Repeat("3e38", 3072))}]"));

        answer.Status.Should().Be(HttpStatusCode.BadRequest, answer.Text);
        answer.Error.Should().Contain("not finite").And.Contain("has the value 3E+38, but the profile 'Cifar10' produces values from -");
        server.Host.Logs.Of("ModelFailed").Should().BeEmpty("the client is at fault");
    }

    [Fact]
    public async Task Infer_CompressedBody_IsUnsupported()
    {
        using ByteArrayContent content = new("{}"u8.ToArray()) { Headers = { ContentEncoding = { "gzip" } } };

        using HttpResponseMessage response = await server.Host.Http.PostAsync(InferPath, content);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    private static string Tensor(
        string? name = null, string datatype = "FP32", string shape = "[1,3,32,32]", string data = "[0]", string? parameters = null)
        => $$"""{"inputs":[{"name":"{{name ?? Input}}","datatype":"{{datatype}}","shape":{{shape}},{{(parameters is null
            ? $"\"data\":{data}"
            : $"\"parameters\":{parameters}")}}}]}""";

    private static string BinaryImages(int count, int size) => $$$"""
        {"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[{{{count}}}],"parameters":{"binary_data_size":{{{size}}}}}]}
        """;

    private static string Image(string data) => $$"""{"inputs":[{"name":"image_bytes","datatype":"BYTES","shape":[1],"data":{{data}}}]}""";

    private static string Outputs(string outputs) => HttpInferTests.ImageJson(Images.Cat, outputs);
}
