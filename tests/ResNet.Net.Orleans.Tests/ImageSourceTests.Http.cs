namespace ResNet.Net.Orleans.Tests;

public sealed partial class ImageSourceTests
{
    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Http_TransientStatus_IsRepeated(int status)
    {
        await using TestServer server = await TestServer.StartAsync((context, number) =>
        {
            context.Response.StatusCode = number < 3 ? status : 200;
            context.Response.Headers.RetryAfter = "0";
            return context.Response.Body.WriteAsync(Image).AsTask();
        });

        (await ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().Equal(Image);
        server.Requests.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    [InlineData(503, 3)]
    public async Task Http_StatusThatStays_IsTheErrorOfTheImage(int status, int requests)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().ThrowAsync<IOException>())
            .Which.Message.Should().Contain($"HTTP {status}");
        server.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task Http_ConnectionBreaksInTheBody_IsRepeated()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, number) =>
        {
            context.Response.ContentLength = Image.Length;
            await context.Response.Body.WriteAsync(number == 1 ? Image.AsMemory(0, 2) : Image);
            await context.Response.Body.FlushAsync();
            if (number == 1)
            {
                context.Abort();
            }
        });

        (await ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().Equal(Image);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Http_NoAnswer_TimesOut()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        ImageSourceOptions options = new() { Retries = 1, Timeout = TimeSpan.FromSeconds(2) };

        await FluentActions.Awaiting(() => ReadAddressAsync(options, $"{server.Address}/a.jpg")).Should().ThrowAsync<TimeoutException>();
        server.Requests.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_MoreBytesThanTheLimit_IsNotRead(bool isAnnounced)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.ContentLength = isAnnounced ? 1001 : null;
            return context.Response.Body.WriteAsync(new byte[1001]).AsTask();
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick with { MaxBytes = 1000 }, $"{server.Address}/a.jpg"))
            .Should().ThrowAsync<IOException>()).Which.Message.Should().Contain("1000");
        (await ReadAddressAsync(Quick with { MaxBytes = 1001 }, $"{server.Address}/a.jpg")).Should().HaveCount(1001);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Http_RedirectToAPrivateHost_IsRefusedUnlessAllowed()
    {
        await using TestServer target = await TestServer.StartAsync((context, _) => context.Response.Body.WriteAsync(Image).AsTask());
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            string location = target.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
            context.Response.Redirect(context.Request.Path == "/same" ? "/end" : $"{location}/a.jpg");
            if (context.Request.Path == "/end")
            {
                context.Response.StatusCode = 200;
                return context.Response.Body.WriteAsync(Image).AsTask();
            }

            return Task.CompletedTask;
        });

        (await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/other")).Should().ThrowAsync<IOException>())
            .Which.Message.Should().Be(
                "The server redirects to 'localhost', which is in a private network. "
                + "If that is wanted, set ImageSourceOptions.AllowPrivateRedirects.");
        target.Requests.Should().BeEmpty();
        server.Requests.Should().HaveCount(1);
        (await ReadAddressAsync(Quick with { AllowPrivateRedirects = true }, $"{server.Address}/other")).Should().Equal(Image);
        (await ReadAddressAsync(Quick, $"{server.Address}/same")).Should().Equal(Image);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_RedirectToAPrivateHostWithOpenConnections_IsRefused(bool isDirectFirst)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            if (context.Request.Path == "/private")
            {
                context.Response.Redirect($"http://127.0.0.1:{context.Request.Host.Port}/cat");
                return Task.CompletedTask;
            }

            return context.Response.Body.WriteAsync(Image).AsTask();
        });
        using ImageSources sources = new(Quick);
        IImageSource source = sources.Open(new ImageSourceDescription("list", "/list.txt"));
        string redirect = server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/private";
        for (int i = 0; i < 4; i++)
        {
            if (i % 2 == 0 == isDirectFirst)
            {
                (await ReadAsync(source, $"{server.Address}/cat")).Should().Equal(Image);
            }
            else
            {
                (await FluentActions.Awaiting(() => ReadAsync(source, redirect)).Should().ThrowAsync<IOException>())
                    .Which.Message.Should().Contain("private").And.NotEndWith(")");
            }
        }

        server.Requests.Select(r => r.Path).Order().Should().Equal("/cat", "/cat", "/private", "/private");
    }

    [Fact]
    public async Task Http_EndlessRedirects_End()
    {
        await using TestServer server = await TestServer.StartAsync((context, number) =>
        {
            context.Response.Redirect($"/{number}");
            return Task.CompletedTask;
        });

        await FluentActions.Awaiting(() => ReadAddressAsync(Quick, $"{server.Address}/a.jpg")).Should().ThrowAsync<IOException>();
        server.Requests.Should().HaveCount(6);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("93.184.216.34", false)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", false)]
    public void PrivateNetwork_Address_IsRecognized(string address, bool isPrivate)
        => PrivateNetwork.Contains(System.Net.IPAddress.Parse(address)).Should().Be(isPrivate);

    private static async Task<byte[]> ReadAddressAsync(ImageSourceOptions options, string address)
    {
        using ImageSources sources = new(options);
        return await ReadAsync(sources.Open(new ImageSourceDescription("list", "/list.txt")), address);
    }
}
