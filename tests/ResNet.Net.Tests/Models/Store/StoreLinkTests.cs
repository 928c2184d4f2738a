using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Links that another user of a shared store has created are not followed for writing.</summary>
public sealed class StoreLinkTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);

    private string Victim => _fixture["elsewhere", "victim"];

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(".partial")]
    [InlineData(".partial.origin")]
    [InlineData(".verified")]
    [InlineData(".damaged")]
    public async Task Ensure_LinkToAFile_LeavesTheFile(string extension)
    {
        File.WriteAllText(Victim, "precious");
        File.CreateSymbolicLink(_fixture[$"{_fixture.ModelPath}{extension}"], Victim);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        string path = await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        File.ReadAllBytes(path).Should().Equal(_fixture.File);
        File.ReadAllText(Victim).Should().Be("precious");
        _fixture.Store().List()[0].State.Should().Be(StoredModelState.Verified);
    }

    [Theory]
    [InlineData(".partial")]
    [InlineData(".partial.origin")]
    [InlineData(".verified")]
    public async Task Ensure_LinkToNoFile_CreatesNone(string extension)
    {
        File.CreateSymbolicLink(_fixture[$"{_fixture.ModelPath}{extension}"], Victim);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        File.Exists(Victim).Should().BeFalse();
    }

    [Fact]
    public async Task Ensure_DamagedFileAndLinkForIt_LeavesTheFile()
    {
        File.WriteAllText(Victim, "precious");
        _fixture.WriteFile(new byte[20_000]);
        File.CreateSymbolicLink(_fixture.DamagedPath, Victim);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        File.ReadAllText(Victim).Should().Be("precious");
        File.ReadAllBytes(_fixture.DamagedPath).Should().Equal(new byte[20_000]);
    }

    [LinuxFact]
    public async Task Ensure_HardLinkAsPartialFile_LeavesTheFile()
    {
        File.WriteAllText(Victim, "precious");
        using (Process process = Process.Start("ln", [Victim, _fixture[_fixture.PartialPath]]))
        {
            process.WaitForExit();
        }

        File.ReadAllText(_fixture.PartialPath).Should().Be("precious");
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        await _fixture.Store(server).EnsureAsync(_fixture.Variant);

        File.ReadAllText(Victim).Should().Be("precious");
    }

    [Fact]
    public void TryAcquire_LinkAsLockFile_CreatesNoFileElsewhere()
    {
        string path = _fixture[_fixture.Root, ".locks", "a.lock"];
        File.CreateSymbolicLink(path, Victim);

        using StoreLock? held = StoreLock.TryAcquire(path, _fixture.Root);

        held.Should().NotBeNull();
        File.Exists(Victim).Should().BeFalse();
        StoreLock.TryAcquire(path, _fixture.Root).Should().BeNull();
    }

    [Theory]
    [InlineData(".locks")]
    [InlineData("resnet50-v1-7")]
    public async Task Ensure_LinkToAFolder_ThrowsAndWritesNothing(string folder)
    {
        string elsewhere = Path.GetDirectoryName(Victim)!;
        Directory.CreateSymbolicLink(_fixture[_fixture.Root, folder], elsewhere);
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        Func<Task> ensure = () => _fixture.Store(server).EnsureAsync(_fixture.Variant);

        (await ensure.Should().ThrowAsync<ModelUnavailableException>()).WithMessage($"*{folder}' is a link*");
        Directory.GetFileSystemEntries(elsewhere).Should().BeEmpty();
    }

    [Theory]
    [InlineData("optimized")]
    [InlineData("optimized/.hashes")]
    public void Create_LinkToAFolder_WritesAndDeletesNothing(string folder)
    {
        string model = _fixture["model.onnx"];
        CacheableModel.Build().Save(model);
        File.WriteAllText(_fixture["elsewhere", "a", "b", "key"], "precious");
        Directory.CreateSymbolicLink(_fixture[[_fixture.Root, .. folder.Split('/')]], Path.GetDirectoryName(Victim)!);
        ResNetClassifierOptions options = new() { CacheOptimizedModel = true, Store = _fixture.Store() };

        ResNetClassifier.Create(
            new ModelDefinition(model) { Labels = new LabelSet("four", ["a", "b", "c", "d"]), Profile = CacheableModel.Profile }, options)
            .Dispose();

        Directory.GetFileSystemEntries(_fixture["elsewhere"], "*", SearchOption.AllDirectories)
            .Should().BeEquivalentTo([_fixture["elsewhere", "a"], _fixture["elsewhere", "a", "b"], _fixture["elsewhere", "a", "b", "key"]]);
    }

    [Fact]
    public async Task Ensure_ImportedFolderIsALink_WritesAndDeletesNothing()
    {
        using ImportedModelFixture imported = new();
        imported.Place(imported.Pair);
        File.WriteAllText(_fixture["elsewhere", "a", "key"], "precious");
        Directory.CreateSymbolicLink(_fixture[imported.ImportedFolder], _fixture["elsewhere"]);

        ModelContent content = await imported.Store().OpenAsync(imported.Variant, null, CancellationToken.None);

        content.Memory.Length.Should().BePositive();
        File.ReadAllText(_fixture["elsewhere", "a", "key"]).Should().Be("precious");
        Directory.GetDirectories(_fixture["elsewhere"]).Should().ContainSingle();
    }

    [Fact]
    public void Parse_HashThatIsAPath_IsRejected()
        => VerificationRecord.Parse(
            new VerificationRecord("../../../../home/someone/documents", new FileIdentity(1, "1"), DateTimeOffset.UnixEpoch).ToString())
            .Should().BeNull();
}
