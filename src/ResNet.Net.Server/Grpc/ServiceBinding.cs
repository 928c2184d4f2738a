using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server;

/// <summary>Binds services whose methods answer malformed messages with <c>INVALID_ARGUMENT</c>.</summary>
/// <remarks>By default, such a message is answered with <c>UNKNOWN</c> and logged as an error: clients could flood the log.</remarks>
internal static class ServiceBinding
{
    public static void Bind(ServiceBinderBase binder, InferenceService? service)
        => GRPCInferenceService.BindService(new CheckedBinder(binder), service);

    public static void Bind(ServiceBinderBase binder, HealthService? service) => Health.BindService(new CheckedBinder(binder), service);

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
                throw new RpcException(new Status(StatusCode.InvalidArgument, "The message is malformed."));
            }
        }

        return new Method<TRequest, TResponse>(
            method.Type,
            method.ServiceName,
            method.Name,
            Marshallers.Create(marshaller.ContextualSerializer, Deserialize),
            method.ResponseMarshaller);
    }

    private sealed class CheckedBinder(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
            => binder.AddMethod(Checked(method), handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
            => binder.AddMethod(Checked(method), handler);
    }
}
