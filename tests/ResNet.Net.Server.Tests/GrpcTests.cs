using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server.Tests;

[Collection(SharedServerGroup.Name)]
public sealed class GrpcTests(SharedServer server)
{
    private static readonly string Input = Images.Classifier.InputName;

    [Fact]
    public async Task Health_OfAReadyServer_IsTrue()
    {
        (await server.Host.CallAsync<ServerLiveRequest, ServerLiveResponse>("ServerLive", new())).Live.Should().BeTrue();
        (await server.Host.CallAsync<ServerReadyRequest, ServerReadyResponse>("ServerReady", new())).Ready.Should().BeTrue();
        (await server.Host.CallAsync<ModelReadyRequest, ModelReadyResponse>("ModelReady", new() { Name = "cifar10", Version = "1" }))
            .Ready.Should().BeTrue();
    }

    [Fact]
    public async Task Metadata_EqualsThatOfHttp()
    {
        ServerMetadataResponse metadata
            = await server.Host.CallAsync<ServerMetadataRequest, ServerMetadataResponse>("ServerMetadata", new());
        ModelMetadataResponse model
            = await server.Host.CallAsync<ModelMetadataRequest, ModelMetadataResponse>("ModelMetadata", new() { Name = "cifar10" });

        metadata.Name.Should().Be("resnet-net-server");
        metadata.Extensions.Should().Equal("binary_tensor_data", "classification");
        model.Name.Should().Be("cifar10");
        model.Versions.Should().Equal("1");
        model.Platform.Should().Be("onnx_onnxv1");
        model.Inputs.Select(i => $"{i.Name} {i.Datatype} {string.Join(',', i.Shape)}")
            .Should().Equal("image_bytes BYTES -1", $"{Input} FP32 -1,3,32,32");
        model.Outputs.Select(o => $"{o.Name} {o.Datatype} {string.Join(',', o.Shape)}")
            .Should().Equal("probabilities FP32 -1,10", $"{Images.Classifier.OutputName} FP32 -1,10");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_Images_EqualsTheLibrary(bool isRaw)
    {
        ModelInferRequest request = GrpcClient.Request(isRaw, Images.Cat, Images.Ship);
        request.Id = "7";

        ModelInferResponse response = await server.Host.InferAsync(request);

        (response.Id, response.ModelName, response.ModelVersion).Should().Be(("7", "cifar10", "1"));
        response.Outputs[0].Name.Should().Be("probabilities");
        response.Outputs[0].Shape.Should().Equal(2, 10);
        response.RawOutputContents.Should().HaveCount(isRaw ? 2 : 0);
        ShouldEqual(ValuesOf(response), [.. Images.Probabilities(Images.Cat), .. Images.Probabilities(Images.Ship)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_Tensor_EqualsTheLibrary(bool isRaw)
    {
        float[] tensor = Images.Tensor(Images.Ship);
        ModelInferRequest.Types.InferInputTensor input = new() { Name = Input, Datatype = "FP32", Shape = { 1, 3, 32, 32 } };
        ModelInferRequest request = new() { ModelName = "cifar10", ModelVersion = "1", Inputs = { input } };
        if (isRaw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(ProtocolHttp.Bytes(tensor)));
        }
        else
        {
            input.Contents = new InferTensorContents { Fp32Contents = { tensor } };
        }

        ShouldEqual(ValuesOf(await server.Host.InferAsync(request)), Images.Probabilities(Images.Ship));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_Classification_ReturnsValueIndexLabel(bool isRaw)
    {
        ModelInferRequest request = GrpcClient.Request(isRaw, Images.Cat);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor
        {
            Name = "probabilities",
            Parameters = { ["classification"] = new InferParameter { Int64Param = 1 } },
        });

        ModelInferResponse response = await server.Host.InferAsync(request);

        response.Outputs.Should().ContainSingle().Which.Datatype.Should().Be("BYTES");
        response.Outputs[0].Shape.Should().Equal(1, 1);
        string text = isRaw
            ? Encoding.UTF8.GetString(response.RawOutputContents[0].Span[4..])
            : response.Outputs[0].Contents.BytesContents[0].ToStringUtf8();
        text.Should().EndWith(":3:cat");
    }

    [Fact]
    public async Task Infer_BadRequest_HasItsStatus()
    {
        (Action<ModelInferRequest> Change, StatusCode Status, string Message)[] cases =
        [
            (r => r.ModelName = "other", StatusCode.NotFound, "There is no model 'other'"),
            (r => r.ModelVersion = "2", StatusCode.NotFound, "has no version '2'"),
            (r => r.Inputs.Clear(), StatusCode.InvalidArgument, "The request has 0 inputs"),
            (r => r.Inputs.Add(r.Inputs[0]), StatusCode.InvalidArgument, "The request has 2 inputs"),
            (r => r.Inputs[0].Name = "other", StatusCode.InvalidArgument, "The model has no input 'other'"),
            (r => r.Inputs[0].Datatype = "FP32", StatusCode.InvalidArgument, "has the datatype BYTES"),
            (r => r.Inputs[0].Shape[0] = 2, StatusCode.InvalidArgument, "has 1 elements, but its shape requires 2"),
            (r => r.Inputs[0].Shape[0] = long.MaxValue, StatusCode.InvalidArgument, "the maximum is 64"),
            (r => r.RawInputContents.Add(ByteString.Empty), StatusCode.InvalidArgument, "raw_input_contents"),
            (r => r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "x" }),
                StatusCode.InvalidArgument,
                "The model has no output 'x'"),
            (r => r.Parameters["timeout"] = new InferParameter { StringParam = "1" }, StatusCode.InvalidArgument, "is not an integer"),
            (
                r => r.Inputs[0].Contents.BytesContents[0] = ByteString.CopyFromUtf8("text"),
                StatusCode.InvalidArgument,
                "The image cannot be decoded: "),
            (r => r.Inputs[0].Contents.BytesContents[0] = ByteString.Empty, StatusCode.InvalidArgument, "0 bytes"),
        ];
        foreach ((Action<ModelInferRequest> change, StatusCode status, string message) in cases)
        {
            ModelInferRequest request = GrpcClient.Request(false, Images.Cat);
            change(request);

            Func<Task> infer = () => server.Host.InferAsync(request);
            RpcException exception = (await infer.Should().ThrowAsync<RpcException>()).Which;

            exception.StatusCode.Should().Be(status, message);
            exception.Status.Detail.Should().Contain(message).And.NotContain(" at ");
        }
    }

    [Theory]
    [InlineData("inference.GRPCInferenceService", "ModelInfer")]
    [InlineData("inference.GRPCInferenceService", "ServerReady")]
    [InlineData("grpc.health.v1.Health", "Check")]
    public async Task Call_MalformedMessage_IsInvalidArgument_AndLogsNoError(string service, string method)
    {
        Method<byte[], byte[]> call = new(
            MethodType.Unary, service, method, Marshallers.Create<byte[]>(b => b, b => b), Marshallers.Create<byte[]>(b => b, b => b));

        int errors = server.Host.Logs.Of("ErrorExecutingServiceMethod").Count;

        // A field whose length exceeds the message.
        Func<Task> send = async () => await server.Host.Grpc.CreateCallInvoker().AsyncUnaryCall(call, null, default, [0x0A, 0x7F, 1]);

        (await send.Should().ThrowAsync<RpcException>()).Which.Status
            .Should().Be(new Status(StatusCode.InvalidArgument, "The message is malformed."));
        server.Host.Logs.Of("ErrorExecutingServiceMethod").Skip(errors).Should().BeEmpty();
    }

    [Theory]
    [InlineData(MethodType.Unary, "grpc.health.v1.Health", "Check")]
    [InlineData(MethodType.DuplexStreaming, "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo")]
    public async Task Call_LargeMessageToAServiceThatTakesNames_IsResourceExhausted(MethodType type, string service, string method)
        => (await SendAsync(type, service, method, new byte[5000])).StatusCode.Should().Be(StatusCode.ResourceExhausted);

    [Theory]
    [InlineData("grpc.reflection.v1alpha.ServerReflection")]
    [InlineData("grpc.reflection.v1.ServerReflection")]
    public async Task Reflection_MalformedMessage_IsInvalidArgument_AndLogsNoError(string service)
    {
        int errors = server.Host.Logs.Of("ErrorExecutingServiceMethod").Count;

        Status status = await SendAsync(MethodType.DuplexStreaming, service, "ServerReflectionInfo", [0x0A, 0x7F, 1]);

        status.Should().Be(new Status(StatusCode.InvalidArgument, "The message is malformed."));
        server.Host.Logs.Of("ErrorExecutingServiceMethod").Skip(errors).Should().BeEmpty();
    }

    [Fact]
    public async Task HealthProtocol_KnowsServerServiceAndModels()
    {
        Health.HealthClient client = new(server.Host.Grpc);

        foreach (string service in (string[])["", "inference.GRPCInferenceService", "cifar10", "cifar10/1"])
        {
            (await client.CheckAsync(new HealthCheckRequest { Service = service })).Status
                .Should().Be(HealthCheckResponse.Types.ServingStatus.Serving, service);
        }

        Func<Task> unknown = async () => await client.CheckAsync(new HealthCheckRequest { Service = "other" });
        (await unknown.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
    }

    [Fact]
    public async Task Reflection_IsAvailable()
    {
        Method<byte[], byte[]> method = new(
            MethodType.DuplexStreaming,
            "grpc.reflection.v1alpha.ServerReflection",
            "ServerReflectionInfo",
            Marshallers.Create(b => b, b => b),
            Marshallers.Create(b => b, b => b));
        using AsyncDuplexStreamingCall<byte[], byte[]> call
            = server.Host.Grpc.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, default);

        // Field 7 of the request, list_services, with an empty string.
        await call.RequestStream.WriteAsync([0x3A, 0x00]);
        (await call.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();
        Encoding.UTF8.GetString(call.ResponseStream.Current).Should().Contain("inference.GRPCInferenceService");
        await call.RequestStream.CompleteAsync();
    }

    // Returns the status of the error.
    private async Task<Status> SendAsync(MethodType type, string service, string method, byte[] message)
    {
        Method<byte[], byte[]> call = new(
            type, service, method, Marshallers.Create<byte[]>(b => b, b => b), Marshallers.Create<byte[]>(b => b, b => b));
        CallInvoker invoker = server.Host.Grpc.CreateCallInvoker();
        async Task RunAsync()
        {
            if (type == MethodType.Unary)
            {
                await invoker.AsyncUnaryCall(call, null, default, message);
                return;
            }

            using AsyncDuplexStreamingCall<byte[], byte[]> stream = invoker.AsyncDuplexStreamingCall(call, null, default);
            await stream.RequestStream.WriteAsync(message);
            await stream.ResponseStream.MoveNext(CancellationToken.None);
        }

        return (await ((Func<Task>)RunAsync).Should().ThrowAsync<RpcException>()).Which.Status;
    }

    private static float[] ValuesOf(ModelInferResponse response) => response.RawOutputContents.Count > 0
        ? [.. Enumerable.Range(0, response.RawOutputContents[0].Length / 4)
            .Select(i => BitConverter.ToSingle(response.RawOutputContents[0].Span[(4 * i)..]))]
        : [.. response.Outputs[0].Contents.Fp32Contents];

    private static void ShouldEqual(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-5f);
    }
}
