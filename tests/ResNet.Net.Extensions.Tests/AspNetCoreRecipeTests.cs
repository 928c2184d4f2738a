using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions.Tests;

/// <summary>Runs the application of docs/aspnetcore.md behind Kestrel and sends valid and invalid requests.</summary>
public sealed class AspNetCoreRecipeTests : IAsyncDisposable
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(TestFolders.Repository, "docs", "aspnetcore.md"));
    private static readonly string Images = Path.Combine(TestFolders.Fixtures, "images");

    private readonly TemporaryFolder _folder = new();
    private readonly List<WebApplication> _applications = [];

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication application in _applications)
        {
            await application.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public void Page_Program_EqualsTheTestedProgram()
    {
        string[] source = File.ReadAllLines(
            Path.Combine(TestFolders.Repository, "tests", "ResNet.Net.Extensions.Tests", "RecipeApplication.cs"));
        IEnumerable<string> body = source.SkipWhile(
            l => !l.Contains("var builder", StringComparison.Ordinal)).SkipLast(2).Select(l => l.Trim()).Where(l => l.Length > 0);

        Block("csharp").Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith("using ", StringComparison.Ordinal))
            .Should().Equal(body.Select(l => l == "return app;" ? "app.Run();" : l));
    }

    [Fact]
    public void Page_Settings_AreAccepted()
    {
        ConfigurationBuilder configuration = new();
        configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Block("json")))));
        using ServiceProvider services = new ServiceCollection().AddResNetClassifier(
            configuration.Build().GetSection("ResNet")).BuildServiceProvider();

        ResNetClassifierSettings settings = services.GetRequiredService<IOptions<ResNetClassifierSettings>>().Value;

        settings.Model.Should().Be("resnet50-v1-12-int8");
        settings.Decoding.MaxPixels.Should().Be(24_000_000);
    }

    [Fact]
    public void Page_Table_ListsEverySetting()
    {
        IEnumerable<string> documented = Page.Where(
            l => l.StartsWith("| `", StringComparison.Ordinal)).SelectMany(l => l.Split('|')[1].Split(',')).Select(k => k.Trim().Trim('`'));
        static IEnumerable<string> Names(Type type) => type.GetProperties().Select(p => p.Name);

        documented.Should().Contain(Names(typeof(ResNetClassifierSettings)).Except(["Decoding", "Store"])
            .Concat(Names(typeof(ResNetDecodingSettings)).Select(n => $"Decoding:{n}"))
            .Concat(Names(typeof(ResNetStoreSettings)).Select(n => $"Store:{n}")));
    }

    [Fact]
    public async Task Classify_ConcurrentValidAndInvalidUploads_ReturnsTheRightStatus()
    {
        using HttpClient client = await StartAsync();
        await ReadyAsync(client);
        byte[] good = await File.ReadAllBytesAsync(Path.Combine(TestFolders.SampleImages, "ship.png"));
        (byte[] Body, HttpStatusCode Status, string Says)[] uploads =
        [
            (good, HttpStatusCode.OK, "ship"),
            (await File.ReadAllBytesAsync(Path.Combine(Images, "bad-text.jpg")), HttpStatusCode.UnsupportedMediaType, "UnsupportedFormat"),
            (await File.ReadAllBytesAsync(Path.Combine(Images, "bad-jpeg-truncated.jpg")), HttpStatusCode.UnprocessableEntity, "Truncated"),
            (await File.ReadAllBytesAsync(Path.Combine(Images, "bad-png-crc.png")), HttpStatusCode.UnprocessableEntity, "Corrupt"),
            ([], HttpStatusCode.UnprocessableEntity, "Empty"),
            (await File.ReadAllBytesAsync(Path.Combine(Images, "bad-png-huge.png")), HttpStatusCode.RequestEntityTooLarge, "TooLarge"),
            (new byte[(10 << 20) + 1], HttpStatusCode.RequestEntityTooLarge, "Request body too large"),
        ];

        await Task.WhenAll(Enumerable.Range(0, 10 * uploads.Length).Select(async i =>
        {
            (byte[] body, HttpStatusCode status, string says) = uploads[i % uploads.Length];

            // With Expect: 100-continue, the server rejects a large body before it is sent.
            using HttpRequestMessage request =
                new(HttpMethod.Post, "/classify?top=2") { Content = Content(body), Headers = { ExpectContinue = true } };
            using HttpResponseMessage response = await client.SendAsync(request);
            string text = await response.Content.ReadAsStringAsync();
            response.StatusCode.Should().Be(status, text);
            text.Should().Contain(says).And.NotContain(" at ResNet.");
            using JsonDocument json = JsonDocument.Parse(text);
            if (status == HttpStatusCode.OK)
            {
                json.RootElement.GetArrayLength().Should().Be(2);
                json.RootElement[0].GetProperty("label").GetString().Should().Be("ship");
                json.RootElement[0].GetProperty("probability").GetDouble().Should().BeGreaterThan(0.5);
            }
            else
            {
                response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
                json.RootElement.GetProperty("status").GetInt32().Should().Be((int)status);
            }
        }));
    }

    [Fact]
    public async Task Classify_EndlessUpload_IsRejectedAtTheLimit()
    {
        using HttpClient client = await StartAsync();
        await ReadyAsync(client);
        using TcpClient connection = new();
        await connection.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        NetworkStream stream = connection.GetStream();
        Task<string?> answer = new StreamReader(stream).ReadLineAsync();
        byte[] chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];
        await stream.WriteAsync("POST /classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        int sent = 0;
        try
        {
            for (; sent < (64 << 20) && !answer.IsCompleted; sent += 0x10000)
            {
                await stream.WriteAsync(chunk);
            }
        }
        catch (IOException)
        {
            // The server closed the connection.
        }

        (await answer).Should().Be("HTTP/1.1 413 Payload Too Large");
        sent.Should().BeLessThan(64 << 20);
    }

    [Fact]
    public async Task Classify_ModelNotAvailable_Returns503AndIsNotReady()
    {
        using HttpClient client = await StartAsync("--ResNet:Model", "resnet50-v1-7");
        byte[] good = await File.ReadAllBytesAsync(Path.Combine(TestFolders.SampleImages, "ship.png"));

        using HttpResponseMessage response = await client.PostAsync("/classify", Content(good));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.Content.ReadAsStringAsync()).Should().Contain("not available yet").And.NotContain(_folder.FullPath);
        (await client.GetAsync("/health/ready")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await client.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Classify_FullQueue_Returns503Immediately()
    {
        using HttpClient client = await StartAsync("--QueueLimit", "0");
        await ReadyAsync(client);
        byte[] start = Encoding.ASCII.GetBytes("POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
        List<TcpClient> connections = [];
        List<Task<string?>> answers = [];
        try
        {
            // Each request announces a body that never arrives.
            for (int i = 0; i <= Environment.ProcessorCount; i++)
            {
                TcpClient connection = new();
                connections.Add(connection);
                await connection.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
                answers.Add(new StreamReader(connection.GetStream()).ReadLineAsync());
                await connection.GetStream().WriteAsync(start);
            }

            string? answer = await await Task.WhenAny(answers).WaitAsync(TimeSpan.FromMinutes(1));

            answer.Should().Be("HTTP/1.1 503 Service Unavailable");
            answers.Count(a => !a.IsCompleted).Should().Be(Environment.ProcessorCount);
        }
        finally
        {
            connections.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task Classify_DisconnectedClient_DoesNotAffectOthers()
    {
        using HttpClient client = await StartAsync();
        await ReadyAsync(client);
        byte[] good = await File.ReadAllBytesAsync(Path.Combine(TestFolders.SampleImages, "ship.png"));
        using CancellationTokenSource gone = new();
        TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HttpRequestMessage request = new(HttpMethod.Post, "/classify") { Content = new StreamContent(new Stalling(read)) };
        Task<HttpResponseMessage> stalled = client.SendAsync(request, gone.Token);
        await read.Task;
        await gone.CancelAsync();
        await ((Func<Task>)(() => stalled)).Should().ThrowAsync<OperationCanceledException>();

        using HttpResponseMessage response = await client.PostAsync("/classify", Content(good));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static ByteArrayContent Content(byte[] bytes)
        => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    private static async Task ReadyAsync(HttpClient client)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while ((await client.GetAsync("/health/ready", limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static string[] Block(string language)
    {
        int start = Array.IndexOf(Page, $"```{language}");
        return Page[(start + 1)..Array.IndexOf(Page, "```", start + 1)];
    }

    private async Task<HttpClient> StartAsync(params string[] settings)
    {
        WebApplication application = RecipeApplication.Build([
            "--urls", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "None",
            "--ResNet:Model", "resnet20-cifar10",
            "--ResNet:Store:RootFolder", _folder.FullPath,
            "--ResNet:Store:Offline", "true",
            "--QueueLimit", "1000",
            .. settings,
        ]);
        _applications.Add(application);
        await application.StartAsync();
#pragma warning disable RS0030 // test client
        return new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) })
        {
            BaseAddress = new Uri(application.Urls.Single()),
        };
#pragma warning restore RS0030
    }

    // Signals the first read and never returns data.
    private sealed class Stalling(TaskCompletionSource read) : MemoryStream(new byte[1])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            read.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
