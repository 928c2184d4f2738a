using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Tests;

/// <summary>Interrupted downloads resume, and parts of different files are never combined.</summary>
public sealed class DownloaderResumeTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    private byte[] Model => _fixture.File;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Ensure_InterruptedBody_Resumes()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => TestServer.ServeAsync(context, Model, cutAfter: n < 3 ? 100_000 : null));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests.Select(r => (r.Range, r.IfRange)).Should().Equal(
            (null, null), ("bytes=100000-", "\"v1\""), ("bytes=200000-", "\"v1\""));
        _fixture.Progress.Notices.Should().HaveCount(2).And.OnlyContain(n => n.Contains("was closed after"));
    }

    [Fact]
    public async Task Ensure_InterruptedEachTime_ThrowsAfterRetriesAndKeepsThePartialFile()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => TestServer.ServeAsync(context, Model, cutAfter: n == 1 ? 100_000 : 0));
        ModelStore store = new(_fixture.Options(server) with { Retries = 2 });

        await Ensuring(store).Should().ThrowAsync<ModelUnavailableException>()
            .WithMessage($"*closed after 100000 of {Model.Length} bytes*");

        server.Requests.Should().HaveCount(3);
        _fixture.ShouldNotBeStored();
        File.ReadAllBytes(_fixture.PartialPath).Should().Equal(Model[..100_000]);
        store.List().Should().Equal(new StoredModel
        {
            Kind = StoredFileKind.Model,
            Variant = _fixture.Variant,
            File = _fixture.Variant.Files[0],
            Path = _fixture.PartialPath,
            Bytes = 100_000,
            State = StoredModelState.Partial,
        });
    }

    [Fact]
    public async Task Ensure_InterruptionsAfterAMebibyte_DoNotCountAsRetries()
    {
        using StoreFixture fixture = new(bytes: 5 << 20);
        await using TestServer server = await TestServer.StartAsync(
            (context, _) => TestServer.ServeAsync(context, fixture.File, cutAfter: 1 << 20));

        string path = await new ModelStore(fixture.Options(server) with { Retries = 0 }).EnsureAsync(fixture.Variant);

        fixture.ShouldBeStored(path);
        server.Requests.Should().HaveCount(5);
    }

    [Fact]
    public async Task Ensure_ServerAlwaysStartsOver_ThrowsAfterRetries()
    {
        using StoreFixture fixture = new(bytes: 5 << 20);
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => TestServer.ServeAsync(context, fixture.File, ranges: false, cutAfter: n % 2 == 1 ? 3 << 20 : 1 << 20));
        ModelStore store = new(fixture.Options(server) with { Retries = 2 });

        await store.Awaiting(s => s.EnsureAsync(fixture.Variant)).Should().ThrowAsync<ModelUnavailableException>();

        server.Requests.Should().HaveCount(4, "only the first response is longer than all before");
    }

    [Fact]
    public async Task Ensure_NoRangeSupport_StartsOver()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, n) => TestServer.ServeAsync(context, Model, ranges: false, cutAfter: n == 1 ? 100_000 : null));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests.Should().HaveCount(2);
        _fixture.Progress.Notices.Should().Contain(n => n.Contains("from the beginning"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ensure_ChangedETagBetweenParts_DoesNotMixThem(bool honoursIfRange)
    {
        byte[] old = StoreFixture.Make(Model.Length, seed: 2);
        await using TestServer server = await TestServer.StartAsync((context, n) => n == 1
            ? TestServer.ServeAsync(context, old, "\"old\"", cutAfter: 100_000)
            : TestServer.ServeAsync(context, Model, "\"new\"", honoursIfRange: honoursIfRange));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        server.Requests[1].IfRange.Should().Be("\"old\"");
        server.Requests.Should().HaveCount(honoursIfRange ? 2 : 3);
    }

    [Fact]
    public async Task Ensure_LastModifiedWithoutStrongETag_IsTheValidator()
    {
        const string Date = "Tue, 01 Jul 2025 10:00:00 GMT";
        await using TestServer server = await TestServer.StartAsync((context, n) =>
        {
            context.Response.Headers.LastModified = Date;
            return TestServer.ServeAsync(context, Model, "W/\"weak\"", cutAfter: n == 1 ? 100_000 : null, honoursIfRange: false);
        });

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        server.Requests[1].IfRange.Should().Be(Date);
    }

    [Fact]
    public async Task Ensure_MismatchedPartsWithoutValidator_AreDownloadedAgainAtOnce()
    {
        byte[] other = StoreFixture.Make(Model.Length, seed: 2);
        await using TestServer server = await TestServer.StartAsync((context, n) => TestServer.ServeAsync(
            context, n == 1 ? other : Model, etag: null, cutAfter: n == 1 ? 100_000 : null));

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant, _fixture.Progress);

        _fixture.ShouldBeStored(path);
        server.Requests.Select(r => r.Range).Should().Equal(null, "bytes=100000-", null);
        _fixture.Progress.Notices.Should().Contain(n => n.Contains("in one response"));
    }

    [Fact]
    public async Task Ensure_OtherRangeThanRequested_StartsOver()
    {
        await using TestServer server = await TestServer.StartAsync(async (context, n) =>
        {
            if (n == 2)
            {
                context.Response.StatusCode = StatusCodes.Status206PartialContent;
                context.Response.Headers.ContentRange = $"bytes 0-{Model.Length - 1}/{Model.Length}";
                await context.Response.Body.WriteAsync(Model);
                return;
            }

            await TestServer.ServeAsync(context, Model, cutAfter: n == 1 ? 100_000 : null);
        });

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        server.Requests.Select(r => r.Range).Should().Equal(null, "bytes=100000-", null);
    }

    [Fact]
    public async Task Ensure_FirstSourceInterrupted_SecondSendsTheRest()
    {
        await using TestServer first = await TestServer.StartAsync(
            (context, n) => TestServer.ServeAsync(context, Model, cutAfter: n == 1 ? 100_000 : 0));
        await using TestServer second = await TestServer.StartAsync(Model, "\"another\"");

        string path = await _fixture.Store(first, second).EnsureAsync(_fixture.Variant);

        _fixture.ShouldBeStored(path);
        second.Requests.Single().Should().Match<ServedRequest>(r => r.Range == "bytes=100000-" && r.IfRange == null);
    }

    private Func<Task<string>> Ensuring(ModelStore store) => () => store.EnsureAsync(_fixture.Variant, _fixture.Progress);
}
