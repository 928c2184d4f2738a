using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server.Wire;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

public sealed class SecurityTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task ApiKey_Required_ProtectsEverythingButProbesAndPage()
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.ApiKeys.Add(Key));

        foreach (string path in (string[])["/v2", "/v2/models/cifar10", "/models", "/metrics", "/openapi/v1.json"])
        {
            Answer answer = await host.GetAsync(path);
            answer.Status.Should().Be(HttpStatusCode.Unauthorized, path);
            answer.Response.Headers.WwwAuthenticate.Should().NotBeEmpty();
        }

        foreach (string path in (string[])["/v2/health/live", "/v2/health/ready", "/v2/models/cifar10/ready", "/ping", "/"])
        {
            (await host.GetAsync(path)).Status.Should().Be(HttpStatusCode.OK, path);
        }

        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await host.PostAsync(InferPath, Images.Cat, headerLength: 0)).Error.Should().Contain("X-Api-Key");
        Func<Task> grpc = () => host.InferAsync(GrpcClient.Request(true, Images.Cat));
        (await grpc.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
    }

    [Theory]
    [InlineData("X-Api-Key", Key, HttpStatusCode.OK)]
    [InlineData("Authorization", $"Bearer {Key}", HttpStatusCode.OK)]
    [InlineData("X-Api-Key", "0123456789abcdef0123456789abcdeF", HttpStatusCode.Unauthorized)]
    [InlineData("X-Api-Key", "0", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", $"Basic {Key}", HttpStatusCode.Unauthorized)]
    public async Task ApiKey_IsAcceptedInBothHeaders(string header, string value, HttpStatusCode status)
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.ApiKeys.Add(Key));
        host.Http.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        (await host.GetAsync("/v2")).Status.Should().Be(status);
        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(status);
        Func<Task<ServerMetadataResponse>> grpc = () => host.CallAsync<ServerMetadataRequest, ServerMetadataResponse>(
            "ServerMetadata", new(), headers: [new Metadata.Entry(header, value)]);
        if (status == HttpStatusCode.OK)
        {
            (await grpc()).Name.Should().NotBeEmpty();
        }
        else
        {
            (await grpc.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unauthenticated);
        }
    }

    [Fact]
    public async Task Responses_HaveSecurityHeaders_AndNoServerOrCorsHeader()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        host.Http.DefaultRequestHeaders.Add("Origin", "https://example.com");
        host.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-site");
        Answer[] answers =
        [
            await host.GetAsync("/"),
            await host.GetAsync("/v2"),
            await host.GetAsync("/v2/models/other"),
            await host.PostAsync("/classify", Images.Cat),
            await host.PostAsync("/classify", [1]),
        ];
        foreach (HttpResponseHeaders headers in answers.Select(a => a.Response.Headers))
        {
            headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
            headers.GetValues("Content-Security-Policy").Single().Should().Contain("default-src 'self'").And.NotContain("unsafe-inline");
            headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
            headers.Contains("Server").Should().BeFalse();
            headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
        }
    }

    [Fact]
    public async Task CrossSitePost_OfABrowser_IsForbidden()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        host.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");

        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.Forbidden);
        (await host.GetAsync("/v2")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://other.example", null, HttpStatusCode.Forbidden)]
    [InlineData("null", null, HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1:3000", null, HttpStatusCode.OK)]
    [InlineData("http://other.example", "same-origin", HttpStatusCode.OK)]
    [InlineData("http://127.0.0.1:3000", "cross-site", HttpStatusCode.Forbidden)]
    public async Task Origin_DecidesWhereBrowsersSendNoFetchMetadata(string origin, string? site, HttpStatusCode status)
    {
        await using ServerHost host = await ServerHost.StartAsync();
        host.Http.DefaultRequestHeaders.Add("Origin", origin);
        if (site is not null)
        {
            host.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", site);
        }

        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(status);
        (await host.GetAsync("/models")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("other.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.other.example:8000", HttpStatusCode.Forbidden)]
    [InlineData("localhost.other.example.", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8000", HttpStatusCode.OK)]
    [InlineData("app.localhost", HttpStatusCode.OK)]
    [InlineData("[::1]:8000", HttpStatusCode.OK)]
    [InlineData("192.0.2.1", HttpStatusCode.OK)]
    [InlineData("machine", HttpStatusCode.OK)]
    public async Task Host_OfAnotherSite_IsForbiddenOnLoopback_OnBothTransports(string name, HttpStatusCode status)
    {
        await using ServerHost host = await ServerHost.StartAsync();
        host.Http.DefaultRequestHeaders.Host = name;

        (await host.GetAsync("/models")).Status.Should().Be(status);
        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(status);
        (await host.GetAsync("/v2/health/ready")).Status.Should().Be(HttpStatusCode.OK, "probes read nothing");
        using HttpResponseMessage response = await PostToGrpcAsync(host, name);
        IEnumerable<string> statuses = response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values : [];
        statuses.Contains($"{(int)StatusCode.PermissionDenied}").Should().Be(status == HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("public.example", HttpStatusCode.OK)]
    [InlineData("api.public.example", HttpStatusCode.Forbidden)]
    [InlineData("a.wild.example", HttpStatusCode.OK)]
    public async Task Host_ThatTheConfigurationAllows_IsAccepted(string name, HttpStatusCode status)
    {
        await using WebApplication application = await StartAsync(
            ["--AllowedHosts", "public.example;*.wild.example", "--urls", "http://127.0.0.1:0"], filtersHosts: false);

        using HttpResponseMessage response = await SendAsync(application, HttpMethod.Get, "/models", ("Host", name));

        response.StatusCode.Should().Be(status);
    }

    [Fact]
    public async Task Host_WithApiKeys_IsNotChecked()
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.ApiKeys.Add(Key));
        host.Http.DefaultRequestHeaders.Host = "public.example";
        host.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);

        (await host.GetAsync("/models")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Cors_OfTheApplication_LetsItsOriginsClassify()
    {
        await using WebApplication application = await StartAsync(
            ["--urls", "http://127.0.0.1:0"],
            services => services.AddCors(cors => cors.AddDefaultPolicy(
                policy => policy.WithOrigins("https://app.example").WithHeaders("X-Api-Key"))),
            app => app.UseCors());

        using HttpResponseMessage preflight = await SendAsync(
            application,
            HttpMethod.Options,
            "/classify",
            ("Origin", "https://app.example"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-api-key"));
        using HttpResponseMessage allowed = await SendAsync(
            application, HttpMethod.Post, "/classify", ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site"));
        using HttpResponseMessage other = await SendAsync(
            application, HttpMethod.Post, "/classify", ("Origin", "https://other.example"), ("Sec-Fetch-Site", "cross-site"));

        preflight.StatusCode.Should().Be(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Headers").Should().Equal("X-Api-Key");
        allowed.StatusCode.Should().Be(HttpStatusCode.OK);
        allowed.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
        other.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        other.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
    }

    [Fact]
    public void GrpcMessage_KeepsPrintableCharacters()
    {
        DefaultHttpContext context = new();

        GrpcStatuses.WriteTrailersOnly(context.Response, new Failure(400, "a, b: 100 % of \u00e9\n", ""));

        // The specification encodes only these; clients need not decode others.
        context.Response.Headers["grpc-message"].ToString().Should().Be("a, b: 100 %25 of %C3%A9%0A");
    }

    [Fact]
    public async Task RateLimit_Exceeded_RejectsWithRetryAfter_OnBothTransports()
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.RequestsPerSecondPerClient = 1);
        List<Answer> answers = [];
        while (answers.Count < 100 && answers.LastOrDefault()?.Status != HttpStatusCode.TooManyRequests)
        {
            answers.Add(await host.GetAsync("/v2"));
        }

        answers[0].Status.Should().Be(HttpStatusCode.OK);
        answers[^1].Status.Should().Be(HttpStatusCode.TooManyRequests);
        answers[^1].Response.Headers.RetryAfter.Should().NotBeNull();
        (await host.GetAsync("/v2/health/ready")).Status.Should().Be(HttpStatusCode.OK, "probes are not limited");
        StatusCode status = StatusCode.OK;
        for (int i = 0; i < 100 && status != StatusCode.ResourceExhausted; i++)
        {
            try
            {
                await host.CallAsync<ServerMetadataRequest, ServerMetadataResponse>("ServerMetadata", new());
            }
            catch (RpcException exception)
            {
                status = exception.StatusCode;
            }
        }

        status.Should().Be(StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task RateLimit_CountsWrongKeys_ApartFromThoseWithAKey()
    {
        await using ServerHost host = await ServerHost.StartAsync(options =>
        {
            options.ApiKeys.Add(Key);
            options.RequestsPerSecondPerClient = 1;
        });
        host.Http.DefaultRequestHeaders.Add("X-Api-Key", "wrong");
        HttpStatusCode status = HttpStatusCode.Unauthorized;
        for (int i = 0; i < 100 && status == HttpStatusCode.Unauthorized; i++)
        {
            status = (await host.GetAsync("/v2")).Status;
        }

        host.Http.DefaultRequestHeaders.Remove("X-Api-Key");
        host.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);

        status.Should().Be(HttpStatusCode.TooManyRequests);
        (await host.GetAsync("/v2")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Failures_RevealNeitherPathsNorStackTraces()
    {
        await using ServerHost host = await ServerHost.StartAsync(
            models: models => models
                .AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20)
                .AddModel("missing", settings => settings.ModelPath = "/nonexistent/secret.onnx"),
            waitUntilReady: false);

        foreach (string path in (string[])["/v2/models/missing", "/v2/models/missing/ready", "/v2/health/ready", "/models", "/ping"])
        {
            (await host.GetAsync(path)).Text.Should().NotContain("secret").And.NotContain("nonexistent").And.NotContain("   at ");
        }

        Answer answer = await host.PostAsync("/predictions/missing", Images.Cat);
        answer.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Text.Should().NotContain("secret");
    }

    [Fact]
    public async Task InternalError_IsLogged_AndHidesItsMessage()
    {
        ThrowingDecoder decoder = new();
        await using ServerHost host = await ServerHost.StartAsync(models: models => models.AddModel(
            ServerHost.Model,
            (_, token) => ResNetClassifier.CreateAsync(
                ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Decoder = decoder }, cancellationToken: token)));
        decoder.Throws = true;

        Answer answer = await host.PostAsync("/classify", Images.Cat);

        answer.Status.Should().Be(HttpStatusCode.InternalServerError);
        answer.Text.Should().NotContain("secret");
        host.Logs.Of("RequestFailed").Should().ContainSingle().Which.Exception!.Message.Should().Contain("secret");
    }

    [Fact]
    public async Task Tls_FromTheConfiguration_ServesBothTransportsOnOnePort()
    {
        using TemporaryFolder folder = new();
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder["tls.crt"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(folder["tls.key"], key.ExportPkcs8PrivateKeyPem());
        WebApplicationBuilder builder = WebApplication.CreateBuilder([
            "--urls", "https://127.0.0.1:0",
            "--Kestrel:Certificates:Default:Path", folder["tls.crt"],
            "--Kestrel:Certificates:Default:KeyPath", folder["tls.key"],
        ]);
        builder.Logging.ClearProviders();
        builder.Services.AddResNetServer().AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20);
        await using WebApplication application = builder.Build();
        application.MapResNetServer();
        await application.StartAsync();
        using SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => certificate.Equals(server);
        using HttpMessageInvoker client = new(handler);
        foreach (Version version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using HttpRequestMessage message = new(HttpMethod.Get, new Uri($"{application.Urls.Single()}/v2/health/live"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };

            using HttpResponseMessage response = await client.SendAsync(message, CancellationToken.None);

            response.StatusCode.Should().Be(HttpStatusCode.OK);
            response.Version.Should().Be(version);
        }
    }

    [Fact]
    public async Task Addresses_ByDefault_AreLoopback()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        RecordingLoggers logs = new();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddResNetServer(options => options.GrpcPort = 0).AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20);
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using WebApplication application = builder.Build();
        application.MapResNetServer();

        await application.StartAsync();

        logs.Entries.Should().NotContain(e => e.Level >= LogLevel.Warning);
        application.Urls.Should().HaveCount(2).And.OnlyContain(u => new Uri(u).IsLoopback);
    }

    [Fact]
    public async Task Addresses_UnixSocket_IsNotReplacedByAPort()
    {
        using TemporaryFolder folder = new();
        string path = folder["s"];
        RecordingLoggers logs = new();
        await using WebApplication application = await StartAsync(
            ["--urls", $"http://unix:{path}"],
            services => services.Configure<ResNetServerOptions>(options => options.GrpcPort = 0).AddLogging(l => l.AddProvider(logs)));
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, token) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HttpMessageInvoker client = new(handler);
        using HttpRequestMessage message = new(HttpMethod.Get, "http://public.example/models");

        using HttpResponseMessage response = await client.SendAsync(message, CancellationToken.None);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        application.Urls.Should().HaveCount(2);
        application.Urls.Should().ContainSingle(u => u.StartsWith("http://unix:", StringComparison.Ordinal));
        application.Urls.Should().ContainSingle(u => u.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));
        logs.Of("OpenAddress").Should().BeEmpty();
    }

    [Fact]
    public async Task Addresses_PortsOfTheEnvironment_AreNotIgnoredWithAPortOfGrpc()
    {
        RecordingLoggers logs = new();

        // As ASPNETCORE_HTTP_PORTS, which the images of containers set.
        await using WebApplication application = await StartAsync(
            ["--http_ports", "0"],
            services => services.Configure<ResNetServerOptions>(options => options.GrpcPort = 0).AddLogging(l => l.AddProvider(logs)));

        application.Urls.Should().HaveCount(2).And.NotContain(u => new Uri(u).IsLoopback);
        logs.Of("OpenAddress").Should().HaveCount(2);
    }

    /// <summary>Starts an application with a server and a configuration of its own.</summary>
    private static async Task<WebApplication> StartAsync(
        string[] arguments,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? middleware = null,
        bool filtersHosts = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = arguments, EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.Services.AddResNetServer().AddModel(ServerHost.Model, ResNetVariant.Cifar10ResNet20);
        services?.Invoke(builder.Services);
        if (!filtersHosts)
        {
            // Slim builders have no middleware for AllowedHosts.
            builder.Services.Configure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
        }

        WebApplication application = builder.Build();
        middleware?.Invoke(application);
        application.MapResNetServer();
        await application.StartAsync();
        while (!application.Services.GetRequiredService<ModelCatalog>().IsReady)
        {
            await Task.Delay(20);
        }

        return application;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        WebApplication application, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        using HttpRequestMessage message = new(method, new Uri($"{application.Urls.First()}{path}"));
        message.Content = method == HttpMethod.Post ? new ByteArrayContent(Images.Cat) : null;
        foreach ((string name, string value) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return await client.SendAsync(message, CancellationToken.None);
    }

    /// <summary>Calls the method ServerLive with the name of a host.</summary>
    private static async Task<HttpResponseMessage> PostToGrpcAsync(ServerHost host, string name)
    {
        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        using HttpRequestMessage message = new(
            HttpMethod.Post, new Uri($"{host.Application.Urls.Last()}/inference.GRPCInferenceService/ServerLive"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),
        };
        message.Headers.Host = name;
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        HttpResponseMessage response = await client.SendAsync(message, CancellationToken.None);
        await response.Content.ReadAsByteArrayAsync();
        return response;
    }

    private sealed class ThrowingDecoder : IImageDecoder
    {
        private readonly SkiaSharpDecoder _decoder = new();

        public bool Throws { get; set; }

        public IReadOnlyList<string> Formats => _decoder.Formats;

        public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
            => Throws ? throw new InvalidProgramException("/secret") : _decoder.TryDecode(encoded, request);
    }
}
