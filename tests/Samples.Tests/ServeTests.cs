using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ResNet.Net.Samples.Tests;

/// <summary>Sends requests to the Serve sample.</summary>
public sealed class ServeTests : IAsyncLifetime, IDisposable
{
    private WebProgram _server = null!;

    public async Task InitializeAsync()
    {
        ProcessStartInfo start = SampleProcess.Describe("Serve", Path.GetTempPath(), "--ResNet:Server:GrpcPort", "0");
        _server = await WebProgram.StartAsync(start);
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while ((await _server.Client.GetAsync("/v2/health/ready", limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    [Fact]
    public async Task Predictions_OfAnImage_AreTheClasses()
    {
        using HttpResponseMessage response = await _server.PostAsync(
            "/predictions/cifar10", File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png")));

        JsonElement predictions = await response.Content.ReadFromJsonAsync<JsonElement>();
        predictions.GetArrayLength().Should().Be(5);
        predictions[0].GetProperty("cat").GetSingle().Should().BeGreaterThan(0.99f);
    }
}
