using Google.Protobuf;
using Grpc.Core;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server.Tests;

/// <summary>Calls the service by its names on the wire.</summary>
internal static class GrpcClient
{
    /// <summary>Calls a method of the service.</summary>
    public static async Task<TResponse> CallAsync<TRequest, TResponse>(
        this ServerHost host, string method, TRequest request, DateTime? deadline = null, Metadata? headers = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        Method<TRequest, TResponse> description = new(
            MethodType.Unary,
            "inference.GRPCInferenceService",
            method,
            Marshallers.Create(m => m.ToByteArray(), _ => (TRequest)(object)new object()),
            Marshallers.Create(m => m.ToByteArray(), b => new MessageParser<TResponse>(() => new TResponse()).ParseFrom(b)));
        using AsyncUnaryCall<TResponse> call = host.Grpc.CreateCallInvoker().AsyncUnaryCall(
            description, null, new CallOptions(headers, deadline), request);
        return await call;
    }

    public static Task<ModelInferResponse> InferAsync(this ServerHost host, ModelInferRequest request, DateTime? deadline = null)
        => host.CallAsync<ModelInferRequest, ModelInferResponse>("ModelInfer", request, deadline);

    /// <summary>Returns a request with encoded images.</summary>
    public static ModelInferRequest Request(bool isRaw, params byte[][] images)
    {
        ModelInferRequest.Types.InferInputTensor input = new() { Name = "image_bytes", Datatype = "BYTES", Shape = { images.Length } };
        ModelInferRequest request = new() { ModelName = ServerHost.Model, Inputs = { input } };
        if (isRaw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(ProtocolHttp.Elements(images)));
        }
        else
        {
            input.Contents = new InferTensorContents { BytesContents = { images.Select(i => ByteString.CopyFrom(i)) } };
        }

        return request;
    }
}
