namespace ResNet.Net.Tests;

/// <summary>Downloads from servers that redirect.</summary>
public sealed class DownloaderRedirectTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    private byte[] Model => _fixture.File;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Ensure_Redirect_IsFollowedWithTheRange()
    {
        await using TestServer end
            = await TestServer.StartAsync((context, n) => TestServer.ServeAsync(context, Model, cutAfter: n == 1 ? 100_000 : null));
        await using TestServer start = await TestServer.StartAsync((context, _) =>
        {
            context.Response.Redirect($"{end.Address}/elsewhere?signature=secret");
            return Task.CompletedTask;
        });

        string path = await _fixture.Store(start).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        start.Requests.Should().HaveCount(2);
        end.Requests.Select(r => (r.Path, r.Range)).Should().Equal(("/elsewhere", null), ("/elsewhere", "bytes=100000-"));
    }

    [Fact]
    public async Task Ensure_EndlessRedirects_Throws()
    {
        await using TestServer server = await TestServer.StartAsync((context, n) =>
        {
            context.Response.Redirect($"/again{n}");
            return Task.CompletedTask;
        });

        (await Ensuring(_fixture.Store(server)).Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage("*responds with 302 Found: a redirect to '/again*too many*");
    }

    [Theory]
    [InlineData("file:///etc/passwd", "redirects to an address that cannot be requested over HTTP")]
    [InlineData("file://127.0.0.1/share/model.onnx", "redirects to an address")]
    [InlineData("ftp://user:secret@127.0.0.1:1/model.onnx", "127.0.0.1:1")]
    [InlineData("data:text/plain,model", "redirects to an address")]
    [InlineData("about:blank", "redirects to an address")]
    [InlineData("http://[invalid", "redirect")]
    [InlineData("https://", "redirect")]
    [InlineData("", "redirect")]
    [InlineData(null, "302 Found: a redirect without a valid address")]
    public async Task Ensure_RedirectThatCannotBeFollowed_AsksTheNextSource(string? location, string message)
    {
        await using TestServer bad = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        await using TestServer good = await TestServer.StartAsync(Model);

        ModelStoreOptions options = _fixture.Options(bad);
        (await Ensuring(new ModelStore(options)).Should().ThrowAsync<ModelUnavailableException>())
            .Which.Message.Should().Contain(message).And.NotContain("secret").And.NotContain("passwd");
        ModelSource[] sources = [.. options.Sources!, .. _fixture.Options(good).Sources!];
        _fixture.ShouldBeStored(await new ModelStore(options with { Sources = sources }).EnsureAsync(_fixture.Variant));
        good.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("file:///etc/passwd", "302 Found: a redirect to 'file:', which is neither http nor https")]
    [InlineData("ftp://user:secret@example.com/model.onnx", "'ftp:', which is neither")]
    [InlineData("mailto:somebody@example.com", "'mailto:', which is neither")]
    [InlineData("https://user:secret@example.com/model.onnx?key=secret", "'https://example.com/model.onnx' that is not followed")]
    public async Task Ensure_ClientThatFollowsNoRedirects_NamesTheTarget(string location, string message)
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

        (await Ensuring(new ModelStore(_fixture.Options(server) with { HttpClient = client }))
            .Should().ThrowAsync<ModelUnavailableException>())
            .Which.Message.Should().Contain(message).And.NotContain("secret").And.NotContain("passwd");
    }

    private Func<Task<string>> Ensuring(ModelStore store) => () => store.EnsureAsync(_fixture.Variant, _fixture.Progress);
}
