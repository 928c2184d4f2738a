using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Server;

/// <summary>Records the requests of the server, in the meter <c>ResNet.Net.Server</c>.</summary>
internal sealed class ServerTelemetry : IDisposable
{
    public const string MeterName = "ResNet.Net.Server";

    private static readonly double[] Seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _rejected;

    public ServerTelemetry(IMeterFactory meters, MemoryBudget budget, ModelCatalog models)
    {
        _meter = meters.Create(MeterName, ServerIdentity.Version);
        _duration = _meter.CreateHistogram(
            "resnet.server.request.duration",
            "s",
            "Duration of a request, from its headers to the end of its response.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _active = _meter.CreateUpDownCounter<long>(
            "resnet.server.requests.active", "{request}", "Requests in progress, including those that wait in a queue.");
        _rejected = _meter.CreateCounter<long>(
            "resnet.server.requests.rejected", "{request}", "Requests that the server did not fulfill, by reason.");
        _ = _meter.CreateObservableUpDownCounter(
            "resnet.server.buffered", () => budget.Used, "By", "Memory of the request bodies in progress.");
        _ = _meter.CreateObservableGauge(
            "resnet.server.models.ready", () => models.All.Count(m => m.IsReady), "{model}", "Models that answer requests.");
    }

    public void Started(ServerEndpoint endpoint)
    {
        if (endpoint.Operation is string operation)
        {
            _active.Add(1, Tag("resnet.server.operation", operation));
        }
    }

    public void Ended(ServerEndpoint endpoint, HttpContext context, Failure? failure, TimeSpan time)
    {
        if (endpoint.Operation is not string operation)
        {
            return;
        }

        _active.Add(-1, Tag("resnet.server.operation", operation));
        failure ??= context.Items[typeof(Failure)] as Failure;
        TagList tags = new() { Tag("resnet.server.operation", operation) };
        if (context.Items[typeof(ServedModel)] is ServedModel model)
        {
            tags.Add("resnet.server.model", model.Name);
            tags.Add("resnet.server.model.version", model.Version);
        }

        if (failure is not null)
        {
            tags.Add("error.type", failure.Reason);
            _rejected.Add(1, tags);
        }

        _duration.Record(time.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}

/// <summary>Defines the log events of the server. Ids and names are a contract (docs/serving.md) and are never reused.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(500, LogLevel.Error, "A request failed: {Operation}.")]
    public static partial void RequestFailed(this ILogger log, string operation, Exception exception);

    [LoggerMessage(501, LogLevel.Information, "All models are ready: {Models}.")]
    public static partial void AllModelsReady(this ILogger log, string models);

    [LoggerMessage(
        502, LogLevel.Information, "The server stops: it reports that it is not ready, answers requests for {Seconds:0.0} s, and drains.")]
    public static partial void DrainStarted(this ILogger log, double seconds);

    [LoggerMessage(503, LogLevel.Warning, "The server listens on {Address} without API keys. Anyone who reaches the address can use it.")]
    public static partial void OpenAddress(this ILogger log, string address);
}
