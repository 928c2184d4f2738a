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
