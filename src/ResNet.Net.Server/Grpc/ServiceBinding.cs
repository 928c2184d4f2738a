using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server;

/// <summary>
/// Binds the inference service so that malformed messages are answered with <c>INVALID_ARGUMENT</c>. By default, they are answered with
/// <c>UNKNOWN</c> and logged as errors: clients could flood the log.
/// </summary>
internal static class InferenceBinding
{
    /// <summary>Gets the answer to a malformed message.</summary>
    public static Status Malformed { get; } = new(StatusCode.InvalidArgument, "The message is malformed.");

    /// <summary>Gets the description. The reflection service finds it by its name.</summary>
    public static ServiceDescriptor Descriptor => GRPCInferenceService.Descriptor;

    [DynamicDependency(nameof(Descriptor), typeof(InferenceBinding))]
    public static void BindService(ServiceBinderBase binder, ServiceBase? service)
        => GRPCInferenceService.BindService(new CheckedBinder(binder), null);

    /// <summary>Declares the methods of the service.</summary>
    [BindServiceMethod(typeof(InferenceBinding), nameof(BindService))]
    public abstract class ServiceBase
    {
        public abstract Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context);

        public abstract Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context);

        public abstract Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context);

        public abstract Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context);

        public abstract Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context);

        public abstract Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context);
    }
}

/// <summary>Binds the health service as <see cref="InferenceBinding"/> does the inference service.</summary>
internal static class HealthBinding
{
    /// <inheritdoc cref="InferenceBinding.Descriptor"/>
    public static ServiceDescriptor Descriptor => Health.Descriptor;

    [DynamicDependency(nameof(Descriptor), typeof(HealthBinding))]
    public static void BindService(ServiceBinderBase binder, ServiceBase? service) => Health.BindService(new CheckedBinder(binder), null);

    /// <summary>Declares the methods of the service.</summary>
    [BindServiceMethod(typeof(HealthBinding), nameof(BindService))]
    public abstract class ServiceBase
    {
        public abstract Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context);

        public abstract Task Watch(
            HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context);
    }
}

/// <summary>Adds methods whose malformed requests are answered with <c>INVALID_ARGUMENT</c>.</summary>
/// <param name="binder">Receives the methods.</param>
internal sealed class CheckedBinder(ServiceBinderBase binder) : ServiceBinderBase
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        => binder.AddMethod(Checked(method), handler);

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        => binder.AddMethod(Checked(method), handler);

    private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        Marshaller<TRequest> marshaller = method.RequestMarshaller;
        TRequest Deserialize(DeserializationContext context)
        {
            try
            {
                return marshaller.ContextualDeserializer(context);
            }
            catch (InvalidProtocolBufferException)
            {
                throw new RpcException(InferenceBinding.Malformed);
            }
        }

        return new Method<TRequest, TResponse>(
            method.Type,
            method.ServiceName,
            method.Name,
            Marshallers.Create(marshaller.ContextualSerializer, Deserialize),
            method.ResponseMarshaller);
    }
}

/// <summary>
/// Answers malformed requests of the reflection service as <see cref="InferenceBinding"/> does those of the inference service. That service
/// has no binding of its own here.
/// </summary>
internal sealed class MalformedMessageInterceptor : Interceptor
{
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context).ConfigureAwait(false);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RpcException(InferenceBinding.Malformed);
        }
    }
}
