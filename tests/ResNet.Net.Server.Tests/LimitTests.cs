using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static ResNet.Net.Server.Tests.ProtocolHttp;

namespace ResNet.Net.Server.Tests;

public sealed class LimitTests
{
    [Theory]
    [InlineData("/v2/models/cifar10/infer", "\"error\"")]
    [InlineData("/classify", "\"detail\"")]
    public async Task FiftyMegabytes_AreAnsweredWith413_ToAClientThatSendsFirst(string path, string form)
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.MaxRequestBytes = 1 << 20);
        const int Length = 50 << 20;
        using Connection client = await Connection.OpenAsync(host.Address);
        await client.WriteAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Length}\r\n\r\n");
        await client.WriteAsync(new byte[Length]);

        string response = await client.ReadAsync();

        response.Should().StartWith("HTTP/1.1 413 ");
        response.Should().Contain(form).And.Contain("1048576 bytes");
        Buffered(host).Should().Be(0);
    }

    [Fact]
    public async Task EndlessChunks_AreAnsweredWith413()
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.MaxRequestBytes = 1 << 20);
        using Connection client = await Connection.OpenAsync(host.Address);
        await client.WriteAsync("POST /classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        byte[] chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];
        for (int sent = 0; sent < 2 << 20; sent += 0x10000)
        {
            await client.WriteAsync(chunk);
        }

        string response = await client.ReadAsync();

        response.Should().StartWith("HTTP/1.1 413 ");
        Buffered(host).Should().Be(0);
    }

    [Fact]
    public async Task SlowUpload_IsAnsweredWith408_AndLogsNoError()
    {
        ServerHost host = await ServerHost.StartAsync(options => options.RequestReadTimeout = TimeSpan.FromMilliseconds(300));
        string response;
        await using (host)
        {
            using Connection client = await Connection.OpenAsync(host.Address);
            await client.WriteAsync("POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx");

            response = await client.ReadAsync();

            Buffered(host).Should().Be(0);
        }

        response.Should().StartWith("HTTP/1.1 408 ");
        ErrorsOf(host).Should().BeEmpty();
    }

    [Fact]
    public async Task TimedBody_DataArrivesAtTheLimit_ThrowsAndLeavesTheData()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(new byte[] { 7 });
        DefaultHttpContext context = new();
        context.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(pipe.Reader));
        using TimedBody body = new(context.Request, TimeSpan.Zero);

        Func<Task> read = async () => await body.ReadAsync(new byte[10]);

        await read.Should().ThrowAsync<TimeoutException>();
        (await pipe.Reader.ReadAsync()).Buffer.ToArray().Should().Equal(7);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFF\r\nx")]
    [InlineData("1\r\nx\r\n0\r\nname: \0\r\n\r\n")]
    public async Task ChunksOfImpossibleSizeOrTrailer_EndTheConnection_AndLogNoError(string body)
    {
        ServerHost host = await ServerHost.StartAsync();
        string response = "";
        await using (host)
        {
            using Connection client = await Connection.OpenAsync(host.Address);
            await client.WriteAsync($"POST /classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
            try
            {
                response = await client.ReadAsync();
            }
            catch (IOException)
            {
                // The end of the connection can overtake the response: its rest cannot be read.
            }
        }

        response.Should().Match(r => r == "" || r.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal));
        ErrorsOf(host).Should().BeEmpty();
    }

    [Fact]
    public async Task ReadAsync_ClientLeavesDuringTheBody_CountsAsGone()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(new byte[] { 7 });
        await pipe.Writer.CompleteAsync(new BadHttpRequestException("Unexpected end of request content."));
        DefaultHttpContext context = new() { Request = { ContentLength = 1000 } };
        context.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(pipe.Reader));
        ResNetServerOptions options = new();
        MemoryBudget budget = new(Options.Create(options));

        Func<Task> read = async () => (await RequestBody.ReadAsync(context, options, budget)).Dispose();

        (await read.Should().ThrowAsync<ServerException>().WithMessage("*ended before its 1000 bytes*"))
            .Which.Reason.Should().Be(RejectionReasons.ClientGone);
        budget.Used.Should().Be(0);
    }

    [Fact]
    public async Task GrpcMessage_OverTheLimit_IsResourceExhausted()
    {
        await using ServerHost host = await ServerHost.StartAsync(options => options.MaxRequestBytes = 1 << 20);

        Func<Task> call = () => host.InferAsync(GrpcClient.Request(true, new byte[2 << 20]));

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
        Buffered(host).Should().Be(0);
    }

    [Fact]
    public async Task Bodies_OverTheMemoryOfAll_AreRejected()
    {
        const int Limit = 1 << 20;
        await using ServerHost host = await ServerHost.StartAsync(
            options => (options.MaxRequestBytes, options.MaxBufferedBytes) = (Limit, Limit));
        using Connection waiting = await Connection.OpenAsync(host.Address);
        await waiting.WriteAsync($"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Limit}\r\n\r\n");
        await waiting.WriteAsync(new byte[(Limit / 2) + 1]);
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (Buffered(host) < Limit)
        {
            await Task.Delay(5, limit.Token);
        }

        Answer rejected = await host.PostAsync("/classify", Images.Cat);

        rejected.Status.Should().Be(HttpStatusCode.TooManyRequests, rejected.Text);
        rejected.Response.Headers.RetryAfter.Should().NotBeNull();
        waiting.Dispose();
        while (Buffered(host) > 0)
        {
            await Task.Delay(5, limit.Token);
        }

        (await host.PostAsync("/classify", Images.Cat)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AnnouncedLength_DoesNotReserveMemory()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        using Connection client = await Connection.OpenAsync(host.Address);
        await client.WriteAsync($"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: {30 << 20}\r\n\r\nx");
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (Buffered(host) == 0)
        {
            await Task.Delay(5, limit.Token);
        }

        Buffered(host).Should().BeLessThanOrEqualTo(128 << 10);
    }

    [Fact]
    public async Task ConnectionReset_DuringTheBody_AbortsTheRequest_AndReadsNoMore()
    {
        await using ServerHost host = await ServerHost.StartAsync();
        ServerMiddleware middleware = host.Application.Services.GetRequiredService<ServerMiddleware>();
        Lifetime lifetime = new();
        using MemoryStream response = new();
        DefaultHttpContext context = new();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Response.Body = response;
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new ServerEndpoint("infer", ErrorForm.Protocol)), null));

        // The exception of a read can arrive before the token of the request is canceled.
        await middleware.InvokeAsync(context, _ => throw new ConnectionResetException("The connection was reset."));

        lifetime.IsAborted.Should().BeTrue();
        response.Length.Should().Be(0);
        host.Logs.Of("RequestFailed").Should().BeEmpty();
    }

    // A host that is disposed while its models are warmed up logs that, too.
    private static IEnumerable<LogEntry> ErrorsOf(ServerHost host) => host.Logs.Entries.Where(
        e => e.Level >= LogLevel.Error && !e.Category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal));

    private sealed class BodyPipe(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public bool IsAborted { get; private set; }

        public void Abort() => IsAborted = true;
    }

    private static long Buffered(ServerHost host) => host.Application.Services.GetRequiredService<MemoryBudget>().Used;

    /// <summary>A client that writes what it wants, and reads afterwards.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly TcpClient _client = new();
        private NetworkStream _stream = null!;

        public static async Task<Connection> OpenAsync(Uri address)
        {
            Connection connection = new();
            await connection._client.ConnectAsync(address.Host, address.Port);
            connection._stream = connection._client.GetStream();
            return connection;
        }

        public async Task WriteAsync(byte[] data) => await _stream.WriteAsync(data);

        public Task WriteAsync(string text) => WriteAsync(Encoding.ASCII.GetBytes(text));

        /// <summary>Reads the head of the response and the first part of its body.</summary>
        public async Task<string> ReadAsync()
        {
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
            byte[] buffer = new byte[8192];
            string text = "";
            while (!text.Contains('}'))
            {
                int read = await _stream.ReadAsync(buffer, limit.Token);
                if (read == 0)
                {
                    break;
                }

                text += Encoding.UTF8.GetString(buffer, 0, read);
            }

            return text;
        }

        public void Dispose() => _client.Dispose();
    }
}
