using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ResNet.Net.Samples.Tests;

/// <summary>Sends requests to the AspNetCore sample.</summary>
public sealed partial class AspNetCoreTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) })
    {
        Timeout = TimeSpan.FromMinutes(1),
    };

    private Process? _server;

    public async Task InitializeAsync()
    {
        _server = Process.Start(SampleProcess.Describe("AspNetCore", Path.GetTempPath(), "--urls", "http://127.0.0.1:0"))!;
        while (await _server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is string line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _client.BaseAddress = new Uri(match.Groups[1].Value);
                _ = _server.StandardOutput.ReadToEndAsync();
                _ = _server.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"The sample ended: {await _server.StandardError.ReadToEndAsync()}");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.Dispose();
        _client.Dispose();
    }

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

        (await _client.GetStringAsync(new Uri("/health", UriKind.Relative))).Should().Be("Healthy");
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string query = "")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"/classify{query}", UriKind.Relative));
        request.Content = new ByteArrayContent(body);

        // The server refuses a long body before it is sent.
        request.Headers.ExpectContinue = true;
        return await _client.SendAsync(request);
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
