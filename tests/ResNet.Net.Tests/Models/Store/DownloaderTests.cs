using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Tests;

/// <summary>Downloads from servers that misbehave. Each ends with the right file or none, and a clear message.</summary>
public sealed class DownloaderTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 300000\n";
    private const string Page = "\n<!DOCTYPE html><html><body>Please log in</body></html>";

    private readonly StoreFixture _fixture = new();

    private byte[] Model => _fixture.File;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Ensure_GoodServer_DownloadsOnceAndReportsProgress()
    {
        await using TestServer server = await TestServer.StartAsync(Model);
        ModelStore store = _fixture.Store(server);

        string path = await store.EnsureAsync(_fixture.Variant, _fixture.Progress);
        string again = await store.EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        again.Should().Be(path);
        server.Requests.Should().Equal(new ServedRequest("/resnet50-v1-7.onnx", null, null, null));
        IReadOnlyList<ModelDownloadProgress> reports = _fixture.Progress.Reports;
        reports[0].Should().Match<ModelDownloadProgress>(r => r.Stage == ModelDownloadStage.Downloading && r.Bytes == 0);
        reports.Should().OnlyContain(r => r.ModelId == "resnet50-v1-7" && r.TotalBytes == Model.Length && r.Notice == null);
        reports.SkipLast(1).Should().OnlyContain(r => r.Source == $"mirror {new Uri(server.Address).Authority}");
        reports[^1].Should().Match<ModelDownloadProgress>(
            r => r.Stage == ModelDownloadStage.Done && r.Bytes == Model.Length && r.Source == path);
        reports.Select(r => r.Bytes).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task Ensure_LongReasonPhrase_IsShortenedAndWithoutEscapes()
    {
        string phrase = $"No\u001b[31m{new string('x', 3000)}";
        using HttpClient client = new(new FixedResponse(phrase));
        ModelStoreOptions options = _fixture.Options() with
        {
            Sources = [ModelSource.Mirror("http://localhost/")],
            HttpClient = client,
        };

        Func<Task> ensure = () => new ModelStore(options).EnsureAsync(_fixture.Variant);

        string message = (await ensure.Should().ThrowAsync<ModelUnavailableException>()).Which.Message;
        message.Should().Contain("responds with 404 No?[31mxxx").And.NotContain("\u001b");
        message.Length.Should().BeLessThan(2000);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Ensure_WrongLength_IsRejectedBeforeWriting(int difference)
    {
        await using TestServer bad = await TestServer.StartAsync(new byte[Model.Length + difference]);
        await using TestServer good = await TestServer.StartAsync(Model);

        string path = await _fixture.Store(bad, good).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        bad.Requests.Should().ContainSingle();
        _fixture.Progress.Notices
            .Should().ContainSingle(n => n.Contains($"serves {Model.Length + difference} bytes instead of {Model.Length}"));
        good.Requests.Single().Range.Should().BeNull("no byte of the wrong file was kept");
    }

    [Fact]
    public async Task Ensure_WrongBytes_ThrowsWithBothHashesAndKeepsNothing()
    {
        byte[] wrong = [.. Model];
        wrong[^1] ^= 1;
        await using TestServer server = await TestServer.StartAsync(wrong);

        ModelVerificationException exception
            = (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelVerificationException>()).Which;

        exception.Path.Should().Be($"{server.Address}/resnet50-v1-7.onnx");
        exception.ExpectedSha256.Should().Be(_fixture.Variant.Files[0].Sha256);
        exception.ActualSha256.Should().Be(Convert.ToHexStringLower(SHA256.HashData(wrong)));
        exception.Message.Should().Contain(exception.ActualSha256).And.Contain(exception.ExpectedSha256);
        server.Requests.Should().ContainSingle("a complete response with wrong bytes is not requested again");
        Directory.GetFiles(Path.GetDirectoryName(_fixture.ModelPath)!).Should().BeEmpty();
    }

    [Theory]
    [InlineData(Pointer, true, "Git LFS pointer")]
    [InlineData(Pointer, false, "Git LFS pointer")]
    [InlineData(Page, true, "web page")]
    [InlineData(Page, false, "web page")]
    [InlineData("{\"error\":\"no\"}", true, "JSON")]
    public async Task Ensure_OtherContent_IsDescribed(string text, bool lengthIsKnown, string name)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.ContentLength = lengthIsKnown ? text.Length : null;
            return context.Response.WriteAsync(text);
        });

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelVerificationException>()).WithMessage($"*{name}*");

        server.Requests.Should().ContainSingle();
        File.Exists(_fixture.PartialPath).Should().BeFalse();
    }

    [Fact]
    public async Task Ensure_EndlessBody_WritesNothingBeyondTheSize()
    {
        byte[] block = new byte[64 * 1024];
        long longest = 0;
        await using TestServer server = await TestServer.StartAsync(async (context, _) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
                longest = Math.Max(longest, File.Exists(_fixture.PartialPath) ? new FileInfo(_fixture.PartialPath).Length : 0);
            }
        });

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelVerificationException>())
            .WithMessage($"*more than {Model.Length} bytes*");

        longest.Should().BeLessThanOrEqualTo(Model.Length);
        _fixture.ShouldNotBeStored();
        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Ensure_BodyWithoutLength_IsAccepted()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, _) => await context.Response.Body.WriteAsync(Model));

        _fixture.ShouldBeStored(await _fixture.Store(server).EnsureAsync(_fixture.Variant));
    }

    [Fact]
    public async Task Ensure_CompressedBody_IsRejected()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using GZipStream gzip = new(context.Response.Body, CompressionMode.Compress);
            await gzip.WriteAsync(Model);
        });

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelVerificationException>()).WithMessage("*compressed (gzip)*");
    }

    [Fact]
    public async Task Ensure_RedirectFromHttpsToHttp_IsRejected()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using TestServer open = await TestServer.StartAsync(Model);
        await using TestServer secure = await TestServer.StartAsync(
            (context, _) =>
            {
                context.Response.Redirect($"{open.Address}/file");
                return Task.CompletedTask;
            },
            certificate);
        using HttpClient client = Trusting(certificate);

        (await Ensuring(new ModelStore(_fixture.Options(secure) with { HttpClient = client }))
            .Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*redirect to 'http://*https to http*");

        open.Requests.Should().BeEmpty();
        _fixture.ShouldNotBeStored();
    }

    [Fact]
    public async Task Ensure_ClientThatFollowsFromHttpsToHttp_IsRejected()
    {
        await using TestServer open = await TestServer.StartAsync(Model);
        using HttpClient client = new(new Downgrading(open.Address));

        ModelSource source = ModelSource.Mirror("https://models.example.com");
        (await Ensuring(new ModelStore(_fixture.Options() with { HttpClient = client, Sources = [source] }))
            .Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*from https to 'http://*rejected*");

        _fixture.ShouldNotBeStored();
    }

    [Fact]
    public async Task Ensure_Https_Downloads()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using TestServer server = await TestServer.StartAsync((context, _) => TestServer.ServeAsync(context, Model), certificate);
        using HttpClient client = Trusting(certificate);

        _fixture.ShouldBeStored(await new ModelStore(_fixture.Options(server) with { HttpClient = client }).EnsureAsync(_fixture.Variant));
    }

    [Fact]
    public async Task Ensure_UntrustedCertificate_IsNotRetried()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using TestServer server = await TestServer.StartAsync((context, _) => TestServer.ServeAsync(context, Model), certificate);

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*SSL*");

        _fixture.Time.Waits.Should().BeEmpty();
        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(401, "authorization")]
    [InlineData(403, "authorization")]
    [InlineData(404, "does not have the file")]
    [InlineData(410, "does not have the file")]
    public async Task Ensure_FinalStatus_IsNotRetried(int status, string hint)
    {
        await using TestServer bad = await TestServer.StartAsync((context, _) => Answer(context, status));
        await using TestServer good = await TestServer.StartAsync(Model);

        string path = await _fixture.Store(bad, good).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        bad.Requests.Should().ContainSingle();
        _fixture.Progress.Notices.Single().Should().Contain($"responds with {status} ").And.Contain(hint);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task Ensure_TransientStatus_IsRetriedWithDelays(int status)
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => n <= 3 ? Answer(context, status) : TestServer.ServeAsync(context, Model));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests.Should().HaveCount(4);
        _fixture.Time.Waits.Should().HaveCount(3).And.OnlyContain(w => w > TimeSpan.Zero && w <= TimeSpan.FromSeconds(30));
        _fixture.Progress.Notices.Should().HaveCount(3)
            .And.OnlyContain(n => n.Contains($"responds with {status} ") && n.Contains("of 4 in "));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Ensure_RetryAfterSeconds_IsRespected(int status)
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => n <= 2 ? Answer(context, status, retryAfter: "7") : TestServer.ServeAsync(context, Model));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        _fixture.Time.Waits.Should().Equal(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Ensure_RetryAfterDate_IsRespected()
    {
        await using TestServer server = await TestServer.StartAsync((context, n) => n == 1
            ? Answer(context, 503, retryAfter: DateTimeOffset.UtcNow.AddSeconds(100).ToString("r"))
            : TestServer.ServeAsync(context, Model));

        _fixture.ShouldBeStored(await _fixture.Store(server).EnsureAsync(_fixture.Variant));

        _fixture.Time.Waits.Single().Should().BeGreaterThan(TimeSpan.FromSeconds(30)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task Ensure_RetryAfterAnHour_TriesTheNextSource()
    {
        await using TestServer busy = await TestServer.StartAsync((context, _) => Answer(context, 503, retryAfter: "3600"));
        await using TestServer good = await TestServer.StartAsync(Model);

        _fixture.ShouldBeStored(await _fixture.Store(busy, good).EnsureAsync(_fixture.Variant, _fixture.Progress));

        busy.Requests.Should().ContainSingle();
        _fixture.Time.Waits.Should().BeEmpty();
        _fixture.Progress.Notices.Single().Should().Contain("3600 s");
    }

    [Fact]
    public async Task Ensure_SlowResponse_Completes()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => TestServer.ServeAsync(context, Model, chunk: 10_000, pause: () => Task.Delay(5)));

        // The limit applies to each chunk, not to the download.
        ModelStore store = new(_fixture.Options(server) with { Retries = 0, IdleTimeout = TimeSpan.FromSeconds(10) });

        _fixture.ShouldBeStored(await store.EnsureAsync(_fixture.Variant));
    }

    [Fact]
    public async Task Ensure_SilenceDuringBody_IsAbortedAndResumed()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, n) =>
        {
            int sent = 0;
            await TestServer.ServeAsync(
                context,
                Model,
                chunk: 50_000,
                pause: () => n == 1 && ++sent == 2 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask);
        });

        ModelStore store = new(_fixture.Options(server) with { IdleTimeout = TimeSpan.FromMilliseconds(500) });
        string path = await store.EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests[1].Range.Should().BeOneOf("bytes=50000-", "bytes=100000-");
        _fixture.Progress.Notices.First().Should().Contain("sent nothing for 0.5 s after ");
    }

    [Fact]
    public async Task Ensure_NoResponse_TimesOut()
    {
        await using TestServer silent = await TestServer.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        ModelStore store = new(_fixture.Options(silent) with { Retries = 1, ResponseTimeout = TimeSpan.FromMilliseconds(200) });

        (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).WithMessage("*did not respond within 0.2 s*");

        _fixture.Time.Waits.Should().ContainSingle("the store retries once");
    }

    [Fact]
    public async Task Ensure_AllSourcesFail_ThrowsWithEachReason()
    {
        await using TestServer missing = await TestServer.StartAsync((context, _) => Answer(context, 404));
        await using TestServer wrong = await TestServer.StartAsync(StoreFixture.Make(Model.Length, seed: 3));
        await using TestServer gone = await TestServer.StartAsync(Model);
        ModelStore store = new(_fixture.Options(missing, wrong, gone) with { LocalFolders = [_fixture["local"]] });
        await gone.DisposeAsync();

        string message = (await Ensuring(store).Should().ThrowAsync<ModelVerificationException>()).Which.Message;

        message.Should().ContainAll(
            $"{_fixture.ModelPath} (store): no such file",
            $"{Path.Combine(_fixture["local"], "resnet50-v1-7.onnx")} (local folder): no such file",
            $"{missing.Address}/resnet50-v1-7.onnx: responds with 404",
            $"{wrong.Address}/resnet50-v1-7.onnx: serves a file of the right size with SHA-256",
            $"{gone.Address}/resnet50-v1-7.onnx: Connection refused",
            "https://huggingface.co/onnxmodelzoo/resnet50-v1-7/resolve/main/resnet50-v1-7.onnx",
            "RESNET_NET_MODELS");
        _fixture.ShouldNotBeStored();
    }

    [Fact]
    public async Task Ensure_MirrorWithPassword_SendsItAndNeverReportsIt()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => Answer(context, 403));
        string address = server.Address.Replace("http://", "http://me:s%40cret@", StringComparison.Ordinal);
        ModelStore store = new(_fixture.Options() with { Sources = [ModelSource.Mirror(address)] });

        ModelUnavailableException exception = (await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()).Which;

        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes("me:s@cret"));
        server.Requests.Single().Authorization.Should().Be($"Basic {credentials}");
        exception.ToString().Should().NotContain("cret");
        _fixture.Progress.Reports.Should().OnlyContain(r => !$"{r.Notice}{r.Source}".Contains("cret"));
    }

    [Fact]
    public async Task Ensure_Canceled_LeavesAPartialFileThatResumes()
    {
        using CancellationTokenSource source = new();
        await using TestServer server = await TestServer.StartAsync((context, n) => TestServer.ServeAsync(
            context,
            Model,
            chunk: 50_000,
            pause: () => n == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask));
        _ = Task.Run(async () =>
        {
            while (!File.Exists(_fixture.PartialPath) || new FileInfo(_fixture.PartialPath).Length < 50_000)
            {
                await Task.Delay(5);
            }

            await source.CancelAsync();
        });

        await ((Func<Task>)(() => _fixture.Store(server).EnsureAsync(_fixture.Variant, null, source.Token)))
            .Should().ThrowAsync<OperationCanceledException>();
        File.ReadAllBytes(_fixture.PartialPath).Should().Equal(Model[..50_000]);
        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests[1].Should().Match<ServedRequest>(r => r.Range == "bytes=50000-" && r.IfRange == "\"v1\"");
        _fixture.Progress.Reports[0].Stage.Should().Be(ModelDownloadStage.Verifying, "the existing bytes are hashed first");
    }

    [Fact]
    public async Task Ensure_CompletePartialFile_SendsNoRequest()
    {
        _fixture.WriteFile(_fixture.PartialPath);
        await using TestServer server = await TestServer.StartAsync(Model);

        _fixture.ShouldBeStored(await _fixture.Store(server).EnsureAsync(_fixture.Variant));

        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(100_000)]
    [InlineData(300_001)]
    public async Task Ensure_PartialFileWithWrongBytes_IsDownloadedAgain(int length)
    {
        _fixture.WriteFile(_fixture.PartialPath, StoreFixture.Make(length, seed: 9));
        await using TestServer server = await TestServer.StartAsync(Model);

        _fixture.ShouldBeStored(await _fixture.Store(server).EnsureAsync(_fixture.Variant));

        server.Requests[^1].Range.Should().BeNull();
    }

    private static Task Answer(HttpContext context, int status, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync("rejected");
    }

    private static X509Certificate2 SelfSigned()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private static HttpClient Trusting(X509Certificate2 known)
        => new(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => known.Equals(certificate) },
        });

    private Func<Task<string>> Ensuring(ModelStore store) => () => store.EnsureAsync(_fixture.Variant, _fixture.Progress);

    /// <summary>A client that follows redirects from https to http.</summary>
    private sealed class Downgrading(string address) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class FixedResponse(string phrase) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NotFound)
            {
                ReasonPhrase = phrase,
                RequestMessage = request,
                Content = new ByteArrayContent([]),
            });
    }
}
