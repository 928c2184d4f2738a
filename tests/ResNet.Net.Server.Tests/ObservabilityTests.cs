using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

public sealed partial class ObservabilityTests
{
    [Fact]
    public async Task Metrics_HaveTheInstrumentsOfServerAndLibrary()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        await host.PostAsync("/classify", Images.Cat);
        await host.PostAsync(InferPath, "{"u8.ToArray());
        await host.InferAsync(GrpcClient.Request(true, Images.Cat));

        Answer answer = await host.GetAsync("/metrics");

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        foreach (string name in NamesOfTheDashboard())
        {
            answer.Text.Should().Contain(name, "the dashboard shows it");
        }

        answer.Text.Split('\n').Should().Contain(l => l.StartsWith("resnet_server_requests_rejected_total{", StringComparison.Ordinal)
            && l.Contains("error_type=\"invalid_request\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_SwitchedOff_AreNotServed()
    {
        await using ServerHost host = await ServerHost.StartAsync(options =>
        {
            options.Metrics = false;
            options.OpenApi = false;
            options.Page = false;
        });

        foreach (string path in (string[])["/metrics", "/openapi/v1.json", "/"])
        {
            (await host.GetAsync(path)).Status.Should().Be(HttpStatusCode.NotFound, path);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Activities_OfARequest_LinkTheBatchToIt(bool isGrpc)
    {
        ConcurrentQueue<Activity> stopped = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or ResNetTelemetry.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using ServerHost host = await ServerHost.StartAsync();
        using Activity caller = new Activity("caller").Start();

        if (isGrpc)
        {
            await host.InferAsync(GrpcClient.Request(true, Images.Cat));
        }
        else
        {
            (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
        }

        // The activity of a request ends after its response. Other tests run at the same time, in other traces.
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        Activity? request;
        while ((request = stopped.FirstOrDefault(a => a.OperationName.EndsWith("HttpRequestIn", StringComparison.Ordinal)
            && a.TraceId == caller.TraceId)) is null)
        {
            await Task.Delay(5, limit.Token);
        }

        Activity batch = stopped.Single(a => a.OperationName == "run batch" && a.Links.Any(l => l.Context.TraceId == caller.TraceId));
        batch.Links.Should().ContainSingle().Which.Context.SpanId.Should().Be(request.SpanId);
        batch.Parent.Should().BeNull();
        stopped.Should().Contain(a => a.OperationName == "scores" && a.ParentSpanId == batch.SpanId);
    }

    /// <summary>Returns the names of all metrics and labels that the dashboard uses.</summary>
    private static HashSet<string> NamesOfTheDashboard()
    {
        string path = Path.Combine(TestFolders.Repository, "samples", "Serve", "grafana-dashboard.json");
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(path));
        HashSet<string> names = [];
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (JsonElement target in panel.GetProperty("targets").EnumerateArray())
            {
                foreach (Match match in MetricName().Matches(target.GetProperty("expr").GetString()!))
                {
                    names.Add(match.Value);
                }
            }
        }

        names.Should().NotBeEmpty();
        return names;
    }

    [GeneratedRegex(@"resnet_[a-z_]+")]
    private static partial Regex MetricName();
}
