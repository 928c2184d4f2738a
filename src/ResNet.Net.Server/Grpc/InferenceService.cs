using Grpc.Core;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server;

/// <summary>Implements the Open Inference Protocol over gRPC.</summary>
internal sealed class InferenceService(ModelCatalog models, ServerState state, ILogger<InferenceService> log)
    : InferenceBinding.ServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context)
        => Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context)
        => Task.FromResult(new ServerReadyResponse { Ready = !state.IsDraining && models.IsReady });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
        => Run(context, () => Task.FromResult(
            new ModelReadyResponse { Ready = models.Find(request.Name, request.Version).IsReady }));

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
        => Task.FromResult(new ServerMetadataResponse
        {
            Name = ServerIdentity.Name,
            Version = ServerIdentity.Version,
            Extensions = { ServerIdentity.Extensions },
        });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
        => Run(context, () =>
        {
            ModelContract contract = models.Find(request.Name, request.Version).GetRunner().Contract;
            return Task.FromResult(new ModelMetadataResponse
            {
                Name = request.Name,
                Versions = { models.VersionsOf(request.Name).Select(m => m.Version) },
                Platform = ServerIdentity.Platform,
                Inputs = { contract.Inputs.Select(ToMessage) },
                Outputs = { contract.Outputs.Select(ToMessage) },
            });
        });

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
        => Run(context, async () =>
        {
            ServedModel model = models.Find(request.ModelName, request.ModelVersion);
            context.GetHttpContext().Items[typeof(ServedModel)] = model;
            ModelRunner runner = model.GetRunner();
            InferRequest read = InferMessages.Read(request, runner);
            InferResponse response = await Inference.RunAsync(model, runner, read, null, context.CancellationToken).ConfigureAwait(false);

            // As other servers do: what was sent raw is answered raw.
            return InferMessages.Write(response, isRaw: request.RawInputContents.Count > 0);
        });

    private static ModelMetadataResponse.Types.TensorMetadata ToMessage(TensorMetadata tensor)
        => new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };

    /// <summary>Converts exceptions to statuses, and records them for the metrics.</summary>
    private async Task<T> Run<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure failure = Failure.Of(exception);
            context.GetHttpContext().Items[typeof(Failure)] = failure;
            if (failure.IsInternal)
            {
                log.RequestFailed(context.Method, exception);
            }

            throw GrpcStatuses.ToException(failure);
        }
    }
}
