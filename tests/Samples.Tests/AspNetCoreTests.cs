using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ResNet.Net.Samples.Tests;

/// <summary>Sends requests to the AspNetCore sample.</summary>
public sealed class AspNetCoreTests : IAsyncLifetime, IDisposable
{
    private WebProgram _server = null!;

    public async Task InitializeAsync() => _server = await WebProgram.StartAsync(SampleProcess.Describe("AspNetCore", Path.GetTempPath()));

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    [Fact]
    public async Task Classify_AnImage_GivesTheMostProbableClasses()
    {
        using HttpResponseMessage response
            = await PostAsync(File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png")), "?top=3");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        JsonElement[] predictions = [.. (await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()];
        predictions.Should().HaveCount(3);
        predictions[0].GetProperty("label").GetString().Should().Be("cat");
    }

    [Fact]
    public async Task Classify_NotAnImage_GivesProblemDetails()
    {
        using HttpResponseMessage response = await PostAsync("not an image"u8.ToArray());

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Fact]
    public async Task Classify_BodyOverTheLimit_IsRefused()
    {
        using HttpResponseMessage response = await PostAsync(new byte[(10 << 20) + 1]);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Health_AfterAnAnswer_IsHealthy()
    {
        (await PostAsync(File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png")))).Dispose();

        (await _server.Client.GetStringAsync(new Uri("/health", UriKind.Relative))).Should().Be("Healthy");
    }

    private Task<HttpResponseMessage> PostAsync(byte[] body, string query = "") => _server.PostAsync($"/classify{query}", body);
}
