using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Tests;

/// <summary>The test data of a variant is handled like its model. ModelStoreTests covers models.</summary>
public sealed class ModelStoreTestDataTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);
    private readonly byte[] _archive = StoreFixture.Make(300_000, seed: 9);
    private readonly ResNetVariant _variant;

    public ModelStoreTestDataTests() => _variant = _fixture.Variant with { TestData = StoreFixture.TestDataOf(_archive) };

    private string ArchivePath => Path.Combine(_fixture.Root, _variant.Id, "test-data.tar.gz");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task EnsureTestData_Missing_IsDownloadedAndVerified()
    {
        await using TestServer server = await TestServer.StartAsync(_archive);
        ModelStore store = Store(server);

        string path = await store.EnsureTestDataAsync(_variant, _fixture.Progress);
        string again = await store.EnsureTestDataAsync(_variant);

        path.Should().Be(ArchivePath).And.Be(again);
        File.ReadAllBytes(path).Should().Equal(_archive);
        server.Requests.Should().ContainSingle().Which.Path.Should().Be("/test-data.tar.gz");
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().BeEquivalentTo([path, $"{path}.verified"]);
        _fixture.Progress.Reports.Should().OnlyContain(
            r => r.ModelId == _variant.Id && r.FileName == "test-data.tar.gz" && r.TotalBytes == _archive.Length);
        store.List().Should().ContainSingle().Which.Should().Match<StoredModel>(
            m => m.Kind == StoredFileKind.TestData && m.State == StoredModelState.Verified && m.Path == path);
        store.Find(_variant).Should().BeNull("test data is not a model");
    }

    [Fact]
    public async Task EnsureTestData_Interrupted_Resumes()
    {
        await using TestServer server = await TestServer.StartAsync(
            (context, number) => TestServer.ServeAsync(context, _archive, cutAfter: number == 1 ? 100_000 : null));

        File.ReadAllBytes(await Store(server).EnsureTestDataAsync(_variant)).Should().Equal(_archive);

        server.Requests.Select(r => r.Range).Should().Equal(null, "bytes=100000-");
    }

    [Fact]
    public async Task EnsureTestData_WrongBytes_ThrowsWithTheFileName()
    {
        await using TestServer server = await TestServer.StartAsync(new byte[_archive.Length]);

        Func<Task> ensure = () => Store(server).EnsureTestDataAsync(_variant);
        ModelVerificationException exception = (await ensure.Should().ThrowAsync<ModelVerificationException>()).Which;

        exception.Message.Should().ContainAll(
            $"The test data of '{_variant.Id}'", "download test-data.tar.gz (300000 bytes", _variant.TestData!.Sha256);
        exception.ExpectedSha256.Should().Be(_variant.TestData.Sha256);
        File.Exists(ArchivePath).Should().BeFalse();
    }

    [Fact]
    public async Task EnsureTestData_DamagedFile_IsQuarantinedWithoutTheModel()
    {
        _fixture.WriteFile();
        _fixture.WriteFile(ArchivePath, [1, 2, 3]);
        await using TestServer server = await TestServer.StartAsync(_archive);
        ModelStore store = Store(server);

        await store.EnsureTestDataAsync(_variant);

        File.ReadAllBytes($"{ArchivePath}.damaged").Should().Equal(1, 2, 3);
        store.List().Select(m => (m.Kind, m.State)).Should().Equal(
            (StoredFileKind.Model, StoredModelState.Unverified),
            (StoredFileKind.TestData, StoredModelState.Verified),
            (StoredFileKind.TestData, StoredModelState.Damaged));
        store.Find(_variant).Should().Be(_fixture.ModelPath);
    }

    [Fact]
    public async Task EnsureTestData_FileInLocalFolder_IsUsedInPlace()
    {
        string local = _fixture.WriteFile(_fixture["a", "test-data.tar.gz"], _archive);
        ModelStore store = new(Options() with { LocalFolders = [Path.GetDirectoryName(local)!], Offline = true });

        (await store.EnsureTestDataAsync(_variant)).Should().Be(local);
    }

    [Fact]
    public async Task EnsureTestData_Offline_ThrowsWithRemedy()
        => await ((Func<Task>)(() => new ModelStore(Options() with { Offline = true }).EnsureTestDataAsync(_variant)))
            .Should().ThrowAsync<ModelUnavailableException>()
            .WithMessage("*The test data of*was not found*RESNET_NET_OFFLINE*test-data.tar.gz*RESNET_NET_MODELS*");

    [Fact]
    public async Task EnsureTestData_EmbeddedVariant_Throws()
        => await ((Func<Task>)(() => Store().EnsureTestDataAsync(ResNetVariant.Cifar10ResNet20))).Should().ThrowAsync<ArgumentException>()
            .WithMessage("*No test data*");

    [Fact]
    public async Task EnsureBoth_Concurrently_DownloadsEachOnce()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => TestServer.ServeAsync(
            context,
            context.Request.Path == "/test-data.tar.gz" ? _archive : _fixture.File,
            chunk: 10_000,
            pause: () => Task.Delay(2)));
        ModelStore store = Store(server);

        string[] paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => Task.Run(() => i % 2 == 0 ? store.EnsureAsync(_variant) : store.EnsureTestDataAsync(_variant))));

        paths.Distinct().Should().BeEquivalentTo([_fixture.ModelPath, ArchivePath]);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Remove_ModelAndTestData_RemovesBoth()
    {
        _fixture.WriteFile();
        await using TestServer server = await TestServer.StartAsync(_archive);
        ModelStore store = Store(server);
        await store.EnsureTestDataAsync(_variant);

        store.Remove(_variant).Should().BeTrue();

        store.List().Should().BeEmpty();
        Directory.Exists(Path.GetDirectoryName(ArchivePath)).Should().BeFalse();
    }

    [Fact]
    public void Remove_DuringTestDataDownload_Throws()
    {
        _fixture.WriteFile(ArchivePath, _archive);
        using StoreLock held = StoreLock.TryAcquire(new FilePaths(_fixture.Root, StoredFile.TestDataOf(_variant)!).Lock)!;

        ((Action)(() => Store().Remove(_variant))).Should().Throw<ModelUnavailableException>().WithMessage("*another process*");
    }

    [Fact]
    public async Task Import_Folder_RecognizesModelsAndTestDataByTheirBytes()
    {
        _fixture.WriteFile(_fixture["in", "x"]);
        _fixture.WriteFile(_fixture["in", "y"], _archive);
        ModelStore store = Store();

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(_fixture["in"]);

        imported.Select(m => (m.Kind, m.Path, m.State)).Should().Equal(
            (StoredFileKind.Model, _fixture.ModelPath, StoredModelState.Verified),
            (StoredFileKind.TestData, ArchivePath, StoredModelState.Verified));
        string wrong = _fixture.WriteFile(_fixture["test-data.tar.gz"], [1]);
        (await ((Func<Task>)(() => store.ImportAsync(wrong))).Should().ThrowAsync<ModelVerificationException>())
            .WithMessage("*has the name of the test data of*1 bytes instead of 300000*");
    }

    [Fact]
    public async Task EnsureTestData_SourceWithoutIt_TriesTheNext()
    {
        await using TestServer without = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await using TestServer with = await TestServer.StartAsync(_archive);

        File.ReadAllBytes(await Store(without, with).EnsureTestDataAsync(_variant, _fixture.Progress)).Should().Equal(_archive);

        _fixture.Progress.Notices.Should().ContainSingle(n => n.Contains("does not provide test-data.tar.gz"));
    }

    private ModelStoreOptions Options(params TestServer[] servers) => _fixture.Options(servers) with { Catalog = [_variant] };

    private ModelStore Store(params TestServer[] servers) => new(Options(servers));
}
