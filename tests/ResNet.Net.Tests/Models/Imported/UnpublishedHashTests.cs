namespace ResNet.Net.Tests;

/// <summary>A file without a published SHA-256 is never downloaded; the hash of its first use is recorded and reported.</summary>
public sealed class UnpublishedHashTests : IDisposable
{
    private readonly ImportedModelFixture _fixture = new(hasInitHash: false);

    private ResNetVariant Variant => _fixture.Variant;

    private string InitHash => Caffe2Pair.HashOf(_fixture.Pair.Init);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task EnsureAsync_OnlyAServerHasIt_IsNotDownloaded()
    {
        await using TestServer server = await _fixture.ServeAsync();

        Func<Task> ensure = () => _fixture.Store(server).EnsureAsync(Variant);

        (await ensure.Should().ThrowAsync<ModelUnavailableException>()).WithMessage(
            "*no SHA-256 is published for the file, so a download could not be verified*"
            + $"init_net.pb (no SHA-256 is published*{Variant.Files[0].Address}*");
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task EnsureAsync_InLocalFolder_IsUsedReportedAndListed()
    {
        _fixture.Place(_fixture.Pair);
        ModelStore store = _fixture.Store();

        _ = await store.EnsureAsync(Variant, _fixture.Progress);
        _ = await store.EnsureAsync(Variant, _fixture.Progress);

        _fixture.Events.Should().ContainSingle(e => e == "HashAccepted");
        _fixture.Progress.Reports.Should().ContainSingle(r => r.Notice != null).Which.Notice.Should().Contain(InitHash);
        store.List().Select(m => (m.Path, m.State, m.Sha256)).Should().Equal(
            (_fixture.InitPath, StoredModelState.HashRecorded, InitHash),
            (_fixture.PredictPath, StoredModelState.Verified, Variant.Files[1].Sha256));
        (await store.VerifyAsync(Variant)).Select(m => m.Sha256).Should().Equal(InitHash, Variant.Files[1].Sha256);
    }

    [Fact]
    public async Task EnsureAsync_ChangedAfterTheFirstUse_IsRefusedUntilTheRecordIsDeleted()
    {
        _fixture.Place(_fixture.Pair);
        ModelStore store = _fixture.Store();
        _ = await store.EnsureAsync(Variant);
        Caffe2Pair other = Caffe2Pair.Create(seed: 2);
        await File.WriteAllBytesAsync(_fixture.InitPath, other.Init);

        Func<Task> ensure = () => store.EnsureAsync(Variant);

        ModelVerificationException exception = (await ensure.Should().ThrowAsync<ModelVerificationException>()).Which;
        exception.ExpectedSha256.Should().BeNull();
        string record = Directory.GetFiles(Path.Combine(_fixture.Root, Variant.Id), "init_net.pb.*.verified").Single();
        exception.Message.Should().ContainAll(InitHash, Caffe2Pair.HashOf(other.Init), record);
        File.Delete(record);
        _ = await store.EnsureAsync(Variant);
        store.List()[0].Sha256.Should().Be(Caffe2Pair.HashOf(other.Init));
    }

    [Fact]
    public async Task EnsureAsync_WeightsOfAnotherNetwork_AreRefusedAndForgotten()
    {
        _fixture.Place(_fixture.Pair);
        Caffe2Pair wider = Caffe2Pair.Create(features: Caffe2Pair.Features + 1);
        await File.WriteAllBytesAsync(_fixture.InitPath, wider.Init);
        ModelStore store = _fixture.Store();
        Func<Task> ensure = () => store.EnsureAsync(Variant);

        (await ensure.Should().ThrowAsync<ModelUnavailableException>()).WithMessage(
            $"The files do not contain the model '{Variant.Id}': *{_fixture.InitPath}*{Caffe2Pair.HashOf(wider.Init)}*");

        await File.WriteAllBytesAsync(_fixture.InitPath, _fixture.Pair.Init);
        await ensure.Should().NotThrowAsync("the hash of the wrong file is not kept");
    }

    [Fact]
    public async Task EnsureAsync_GitLfsPointer_IsRecognized()
    {
        _fixture.Place(_fixture.Pair);
        await File.WriteAllTextAsync(_fixture.InitPath, "version https://git-lfs.github.com/spec/v1\n");

        Func<Task> ensure = () => _fixture.Store().EnsureAsync(Variant);

        await ensure.Should().ThrowAsync<ModelVerificationException>().WithMessage("*Git LFS pointer*");
    }

    [Fact]
    public async Task ImportAsync_NextToARecognizedFile_IsCopiedWithANotice()
    {
        _fixture.Pair.WriteTo(_fixture["downloads"]);
        ModelStore store = new(_fixture.Options() with { LocalFolders = [] });

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(_fixture["downloads"], _fixture.Progress);

        imported.Select(m => (m.File.Name, m.State)).Should().Equal(
            ("init_net.pb", StoredModelState.HashRecorded), ("predict_net.pb", StoredModelState.Verified));
        imported.Should().OnlyContain(m => m.Path.StartsWith(_fixture.Root));
        _fixture.Progress.Reports.Should().Contain(r => r.Notice != null && r.Notice.Contains(InitHash));
        store.Find(Variant).Should().NotBeNull();
    }

    [Fact]
    public async Task ImportAsync_Alone_IsRefused()
    {
        Directory.CreateDirectory(_fixture["downloads"]);
        await File.WriteAllBytesAsync(_fixture["downloads", "init_net.pb"], _fixture.Pair.Init);

        Func<Task> import = () => _fixture.Store().ImportAsync(_fixture["downloads"]);

        await import.Should().ThrowAsync<ModelUnavailableException>().WithMessage("*together with predict_net.pb*");
    }
}
