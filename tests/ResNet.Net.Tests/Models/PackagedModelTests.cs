namespace ResNet.Net.Tests;

/// <summary>The store finds the file of a package next to the application, and never downloads it.</summary>
public sealed class PackagedModelTests : IDisposable
{
    private readonly StoreFixture _fixture = new(bytes: 20_000);

    private string Application => _fixture["application"];

    private string Packaged => _fixture["application", "models", "resnet18-backbone.onnx"];

    private ResNetVariant Variant => StoreFixture.VariantOf(_fixture.File, like: ResNetVariant.ResNet18Backbone);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task EnsureAsync_FileOfThePackage_IsVerifiedAndUsedInPlace()
    {
        _fixture.WriteFile(Packaged);
        ModelStore store = Store();

        string path = await store.EnsureAsync(Variant);

        path.Should().Be(Packaged);
        store.List().Should().ContainSingle().Which.Should()
            .Match<StoredModel>(m => m.Path == Packaged && m.State == StoredModelState.Verified);
        Directory.GetFiles(Application, "*", SearchOption.AllDirectories).Should().Equal(Packaged);
    }

    [Fact]
    public async Task EnsureAsync_NoFile_NamesThePackageAndDownloadsNothing()
    {
        await using TestServer server = await TestServer.StartAsync(_fixture.File);

        Func<Task> ensure = () => Store(server).EnsureAsync(Variant);

        (await ensure.Should().ThrowAsync<ModelUnavailableException>())
            .WithMessage($"*{Packaged} (application): no such file*dotnet add package ResNet.Net.Models.ResNet18*20000 bytes*")
            .Which.Message.Should().NotContain("huggingface");
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task EnsureAsync_OtherBytes_AreRefusedAndKept()
    {
        byte[] other = StoreFixture.Make(20_000, seed: 2);
        _fixture.WriteFile(Packaged, other);

        Func<Task> ensure = () => Store().EnsureAsync(Variant);

        (await ensure.Should().ThrowAsync<ModelVerificationException>()).WithMessage("*resnet18-backbone*ResNet.Net.Models.ResNet18*");
        File.ReadAllBytes(Packaged).Should().Equal(other);
    }

    [Fact]
    public async Task EnsureAsync_OtherVariant_IsNotSearchedInTheApplication()
    {
        _fixture.WriteFile(_fixture["application", "models", _fixture.Variant.Files[0].Name]);

        Func<Task> ensure = () => Store().EnsureAsync(_fixture.Variant);

        (await ensure.Should().ThrowAsync<ModelUnavailableException>()).Which.Message.Should().NotContain("(application)");
    }

    [Fact]
    public async Task ImportAsync_FileOfThePackage_IsRecognizedByItsBytes()
    {
        string file = _fixture.WriteFile(_fixture["downloads", "ResNet18.onnx"]);
        ModelStore store = Store();

        IReadOnlyList<StoredModel> imported = await store.ImportAsync(file);

        imported.Should().ContainSingle().Which.Variant.Should().Be(Variant);
        store.Find(Variant).Should().StartWith(_fixture.Root);
    }

    private ModelStore Store(params TestServer[] servers)
        => new(_fixture.Options(servers) with { ApplicationFolder = Application, Catalog = [Variant] });
}
