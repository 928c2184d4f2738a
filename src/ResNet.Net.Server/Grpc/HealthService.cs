using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ResNet.Net.Server;

/// <summary>
/// Implements the health protocol of gRPC: of the server (""), of the service, and of every model by its name. It reads the state of the
/// models, so that probes during loading write nothing to the log.
/// </summary>
internal sealed class HealthService(ModelCatalog models, ServerState state) : HealthBinding.ServiceBase
{
    private const string InferenceServiceName = "inference.GRPCInferenceService";

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        => Task.FromResult(new HealthCheckResponse
        {
            Status = StatusOf(request.Service) is var status && status != ServingStatus.ServiceUnknown
                ? status
                : throw new RpcException(new Status(StatusCode.NotFound, "There is no such service or model.")),
        });

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? sent = null;
        while (!context.CancellationToken.IsCancellationRequested)
        {
            ServingStatus status = StatusOf(request.Service);
            if (status != sent)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
                sent = status;
            }

            if (state.IsDraining)
            {
                // An open call would delay the shutdown.
                return;
            }

            await Task.Delay(WatchInterval, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ServingStatus StatusOf(string service)
    {
        if (service is "" or InferenceServiceName)
        {
            return ToStatus(!state.IsDraining && models.IsReady);
        }

        return models.All.LastOrDefault(m => m.Name == service || $"{m.Name}/{m.Version}" == service) is ServedModel model
            ? ToStatus(model.IsReady)
            : ServingStatus.ServiceUnknown;
    }

    private static ServingStatus ToStatus(bool isReady) => isReady ? ServingStatus.Serving : ServingStatus.NotServing;
}
